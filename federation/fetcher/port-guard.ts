/** Limits the ports of fetches that anonymous callers cause, so that they cannot scan other hosts (§18.1). */
import type { EntityId } from '#core/entity-id.ts'
import { FetchError } from './fetch-error.ts'

export type PortGuard = {
  /** Allowed for every entity, in addition to 443. */
  ports: readonly number[]
  /** Whether an entity may use any port for itself and for the endpoints that it publishes. */
  isTrusted(entity: EntityId): Promise<boolean>
}

const HTTPS_PORT = 443

/**
 * `publisher` is the entity that publishes the URL.
 * @throws FetchError `blocked_port`, or the error of `isTrusted`
 */
export async function checkPort(
  url: string,
  publisher: EntityId | undefined,
  { ports, isTrusted }: PortGuard,
): Promise<void> {
  const port = Number(new URL(url).port || HTTPS_PORT)
  if (port === HTTPS_PORT || ports.includes(port)) return
  if (publisher !== undefined && (await isTrusted(publisher))) return
  const sentence = `uses port ${port}, from which this server does not fetch. Use port 443, or ask its operator to allow the port.`
  throw new FetchError('blocked_port', url, sentence)
}
