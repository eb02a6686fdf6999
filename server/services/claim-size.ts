/** Limits the size of claims, because clients refuse large statements and Trust Marks. */
import { FederationError } from '#core/errors.ts'

const MAXIMUM_BYTES = 128 * 1024

/** Returns the value unchanged. @throws FederationError invalid_request */
export function checkSize<T>(value: T, name: string): T {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes <= MAXIMUM_BYTES) return value
  const message = `${name} takes ${Math.ceil(bytes / 1024)} KiB as JSON. At most ${MAXIMUM_BYTES / 1024} KiB are allowed.`
  throw new FederationError('invalid_request', message)
}
