/** Reads status lists (draft-ietf-oauth-status-list). */
import type { Redis } from 'ioredis'
import { FederationError } from '#core/errors.ts'
import type { RedisKeys } from './keys.ts'
import { readStatusListBytes, type StatusList, type StatusListFacts } from './status-list-record.ts'

/**
 * Null: there is no such list. @throws FederationError `server_error` when Redis lost its bits: without them, revoked marks
 * would look valid
 */
export async function readStatusList(
  redis: Redis,
  keys: RedisKeys,
  number: string,
): Promise<StatusList | null> {
  const [facts, stored] = await Promise.all([
    redis.hget(keys.statusLists, number),
    redis.getBuffer(keys.statusListBits(number)),
  ])
  if (facts === null) return null
  const bytes = readStatusListBytes(stored)
  if (bytes) return { ...(JSON.parse(facts) as StatusListFacts), bytes } // only our publisher writes it
  throw new FederationError('server_error', `The bits of status list ${number} are missing in Redis.`)
}

export const areSameLists = (one: StatusList | null, other: StatusList | null): boolean =>
  one === other ||
  (one !== null &&
    other !== null &&
    one.kid === other.kid &&
    one.trust_mark_type === other.trust_mark_type &&
    one.bytes.equals(other.bytes))
