/** Reads issued Trust Marks: their holders, and the status of each (§8.4, §8.5, §8.6). */
import type { Redis } from 'ioredis'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { RedisKeys } from './keys.ts'
import { isCurrent, type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
import { scanSet } from './scan.ts'
import { createSharing } from './sharing.ts'
import { hashTrustMark, REVOKED_MARK } from './trust-mark-record.ts'

export type TrustMarkHolder = {
  subject: string
  /** `exp` of the mark in unix seconds; undefined if it never expires. */
  expires: number | undefined
  /** The key that signed the mark. */
  kid: string
  delegation: string | undefined
}

/** An unrevoked mark, which may have expired. */
export type IssuedTrustMark = { type: string; mark: PublishedJwt }

/** `unknown`: not issued here. An `issued` mark may have expired. */
export type IssuedTrustMarkStatus = 'unknown' | 'revoked' | 'issued'

/** Trust Mark types that are not in use. `key` is equal for equal sets. */
export type UnusedTypes = { types: ReadonlySet<string>; key: string }

export async function readUnusedTypes(redis: Redis, keys: RedisKeys): Promise<UnusedTypes> {
  const types = (await redis.smembers(keys.unusedTrustMarkTypes)).sort()
  return { types: new Set(types), key: JSON.stringify(types) }
}

/** Reads the latest mark of the type for the subject. Undefined if there is none, or if it was revoked. */
export async function readTrustMark(
  redis: Redis,
  keys: RedisKeys,
  type: string,
  subject: string,
): Promise<PublishedJwt | undefined> {
  const jwt = await redis.hget(keys.trustMarks(subject), type)
  if (!jwt || jwt === REVOKED_MARK) return undefined
  const isRevoked = await redis.hexists(keys.trustMarkRevocations, hashTrustMark(jwt))
  return isRevoked ? undefined : readPublishedJwt(jwt)
}

/** Reads every unrevoked mark of the subject. */
export async function readTrustMarksOf(
  redis: Redis,
  keys: RedisKeys,
  subject: string,
): Promise<IssuedTrustMark[]> {
  const types = await redis.hkeys(keys.trustMarks(subject))
  const marks = await Promise.all(types.map((type) => readTrustMark(redis, keys, type, subject)))
  return types.flatMap((type, index) => {
    const mark = marks[index]
    return mark ? [{ type, mark }] : []
  })
}

/** Reads the holders of an unrevoked mark of the type, unsorted. The mark may have expired. */
export async function readTrustMarkHolders(
  redis: Redis,
  keys: RedisKeys,
  type: string,
): Promise<{ lists: TrustMarkHolder[][]; isAnnounced: boolean }> {
  // Only our publisher writes the marker, and only our publisher announces changes.
  const isAnnounced = (await redis.exists(keys.publicationMarker)) === 1
  const share = createSharing<string>((text) => text)
  const lists: TrustMarkHolder[][] = []
  for await (const subjects of scanSet(redis, keys.trustMarkHolders(type))) {
    const marks = await Promise.all(subjects.map((subject) => readTrustMark(redis, keys, type, subject)))
    lists.push(
      subjects.flatMap((subject, at) => {
        const mark = marks[at]
        return mark ? [describeHolder(subject, mark, share)] : []
      }),
    )
  }
  return { lists, isAnnounced }
}

/** Undefined if the subject is not a holder. */
export async function readTrustMarkHolder(
  redis: Redis,
  keys: RedisKeys,
  type: string,
  subject: string,
): Promise<TrustMarkHolder | undefined> {
  const [isHolder, mark] = await Promise.all([
    redis.sismember(keys.trustMarkHolders(type), subject),
    readTrustMark(redis, keys, type, subject),
  ])
  return isHolder && mark ? describeHolder(subject, mark, (text) => text) : undefined
}

export function isSameHolder(one: TrustMarkHolder, other: TrustMarkHolder): boolean {
  return (
    one.subject === other.subject &&
    one.expires === other.expires &&
    one.kid === other.kid &&
    one.delegation === other.delegation
  )
}

function describeHolder(
  subject: string,
  { jwt, expires }: PublishedJwt,
  share: (text: string) => string,
): TrustMarkHolder {
  const { delegation } = decodeMark(jwt)
  const isDelegated = typeof delegation === 'string'
  return {
    subject,
    expires,
    kid: share(readKid(jwt)),
    delegation: isDelegated ? share(delegation) : undefined,
  }
}

/** Selects the holders whose mark is valid at `now` (unix seconds), as §8.2 and §8.5 require. */
export function selectCurrentHolders(holders: readonly TrustMarkHolder[], now: number): string[] {
  return holders.filter((holder) => isCurrent(holder, now)).map(({ subject }) => subject)
}

/**
 * Reads the status of a mark by the hash of its JWT. A foreign writer records a revocation only as the word `revoked`
 * for type and subject, which revokes every mark of both.
 */
export async function readTrustMarkStatus(
  redis: Redis,
  keys: RedisKeys,
  jwt: string,
): Promise<IssuedTrustMarkStatus> {
  const hash = hashTrustMark(jwt)
  const [isIssued, isRevoked] = await Promise.all([
    redis.sismember(keys.issuedTrustMarks, hash),
    redis.hexists(keys.trustMarkRevocations, hash),
  ])
  if (!isIssued) return 'unknown'
  if (isRevoked) return 'revoked'
  const { sub, trust_mark_type: type } = decodeMark(jwt)
  if (typeof sub !== 'string' || typeof type !== 'string') return 'issued'
  const latest = await redis.hget(keys.trustMarks(sub), type)
  return latest === REVOKED_MARK ? 'revoked' : 'issued'
}

function readKid(jwt: string): string {
  try {
    return decodeProtectedHeader(jwt).kid ?? ''
  } catch {
    return '' // no key of ours
  }
}

/** A foreign writer may have recorded something that is not a JWT. */
function decodeMark(jwt: string): Record<string, unknown> {
  try {
    return decodeJwt(jwt)
  } catch {
    return {}
  }
}
