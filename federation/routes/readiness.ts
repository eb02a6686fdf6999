/** Decides whether Redis holds the published data of this Trust Anchor. */
import { decodeJwt } from 'jose'
import { FederationError } from '#core/errors.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { Reader } from '#store/reader.ts'
import type { Deps } from './deps.ts'

/**
 * Says why this server must not receive requests although Redis responds; undefined if nothing prevents it. An expired
 * Entity Configuration is no reason, because the other endpoints still serve.
 * @throws FederationError `temporarily_unavailable` while Redis is down
 */
export async function findPublicationFault({
  reader,
  ...anchor
}: Pick<Deps, 'reader' | 'entityId' | 'isFirst'>): Promise<string | undefined> {
  await reader.ping() // the next read may come from memory
  try {
    const published = await reader.entityConfiguration()
    return published ? findForeignSubject(decodeJwt(published.jwt).sub, anchor) : NOTHING_PUBLISHED
  } catch (error) {
    if (!(error instanceof FederationError) || isStoreOutage(error)) throw error
    return `${error.message} The admin server publishes it again with "inmor publication rebuild".`
  }
}

const NOTHING_PUBLISHED =
  'No Entity Configuration is published in Redis. Start the admin server, or compare REDIS_URL and REDIS_KEY_PREFIX of both servers.'

function findForeignSubject(
  subject: string | undefined,
  { entityId, isFirst }: Pick<Deps, 'entityId' | 'isFirst'>,
): string | undefined {
  if (subject === entityId) return undefined
  const [name, remedy] = isFirst
    ? ['TA_DOMAIN', 'Set the same TA_DOMAIN for both servers, or another REDIS_URL or REDIS_KEY_PREFIX.']
    : [
        'this anchor',
        'If another installation writes to this Redis, set another REDIS_URL or REDIS_KEY_PREFIX.',
      ]
  return `The Entity Configuration in Redis is that of ${subject}, but ${name} is ${entityId}. ${remedy}`
}

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
