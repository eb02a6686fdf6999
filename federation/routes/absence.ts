/** A Redis that lost data proves nothing: answer 503 instead of 404. */
import { FederationError } from '#core/errors.ts'
import type { Reader } from '#store/reader.ts'

/**
 * Call this before you report that something is absent. Without our Entity Configuration, Redis has lost its content
 * and waits to be refilled; it can also lose single keys.
 * @throws FederationError `temporarily_unavailable`
 */
export async function confirmPublished(reader: Reader): Promise<void> {
  const isPublished = (await reader.entityConfiguration()) !== undefined
  if (isPublished && (await reader.lostKeys()).length === 0) return
  const message = isPublished
    ? 'Some published data is missing at the moment. Try again later.'
    : 'No data is published at the moment. Try again in a few seconds.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}
