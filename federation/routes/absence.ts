/** What is absent from an empty Redis is not known to be absent. */
import { FederationError } from '#core/errors.ts'
import type { Reader } from '#store/reader.ts'

/**
 * To be asked before something is said to be absent: a Redis that lost its content and waits to be filled again is
 * an outage, and no empty federation. A Trust Anchor that is published has an Entity Configuration.
 * @throws FederationError `temporarily_unavailable`
 */
export async function confirmPublished(reader: Reader): Promise<void> {
  if (await reader.entityConfiguration()) return
  const message = 'Nothing is published here at present; try again in a few seconds.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}
