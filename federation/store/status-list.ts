/** Stores status lists in Redis: what all marks of a list have in common, and a bit for each (draft-ietf-oauth-status-list). */
import type { Redis } from 'ioredis'
import { FederationError } from '#core/errors.ts'
import { STATUS_LIST_BYTES } from '#core/status-list.ts'
import type { RedisKeys } from './keys.ts'

/** The marks of a list are of one type, and signed with one key. */
export type StatusListFacts = { trust_mark_type: string; kid: string }

/** A field of the hash of lists. */
export const formatListFacts = ({ trust_mark_type, kid }: StatusListFacts): string =>
  JSON.stringify({ trust_mark_type, kid })

export type StatusList = StatusListFacts & {
  /** As the token has them before compression: a bit is 1 if its mark is revoked. */
  bytes: Buffer
}

/** Follows the bytes of a whole list, so that no bit that another program sets makes a value of that length. */
const END = Buffer.of(0x80)

export const formatStatusListBytes = (bytes: Buffer): Buffer => Buffer.concat([bytes, END])

/** Undefined if they are not complete. */
export const readStatusListBytes = (stored: Buffer | null): Buffer | undefined =>
  stored?.length === STATUS_LIST_BYTES + END.length ? stored.subarray(0, STATUS_LIST_BYTES) : undefined

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
