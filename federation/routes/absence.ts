/** An empty Redis proves nothing: answer 503 instead of 404. */
import { FederationError } from '#core/errors.ts'
import type { Reader } from '#store/reader.ts'

/**
 * Call this before you report that something is absent. Without our Entity Configuration, Redis has lost its content
 * and waits to be refilled.
 * @throws FederationError `temporarily_unavailable`
 */
export async function confirmPublished(reader: Reader): Promise<void> {
  if (await reader.entityConfiguration()) return
  const message = 'No data is published at the moment. Try again in a few seconds.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}
