/** Reads issued Trust Marks: who holds one, and how each issued JWT stands (§8.4, §8.5, §8.6). */
import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import type { RedisKeys } from './keys.ts'
import { isCurrent, type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
import { REVOKED_MARK, trustMarkHash } from './trust-mark-record.ts'

/** `expires` is the `exp` of the mark in unix seconds, undefined when it never expires. */
export type TrustMarkHolder = { subject: string; expires: number | undefined }

/** A mark that was issued here and not revoked; it may have expired. */
export type IssuedTrustMark = { type: string; mark: PublishedJwt }

/** How one JWT stands among those we issued. */
export type TrustMarkStanding = 'unknown' | 'revoked' | 'standing'

const BATCH = 500

/** The latest mark of the type for the subject; undefined when there is none or it was revoked. */
export async function readTrustMark(
  redis: Redis,
  keys: RedisKeys,
  type: string,
  subject: string,
): Promise<PublishedJwt | undefined> {
  const jwt = await redis.hget(keys.trustMarks(subject), type)
  if (!jwt || jwt === REVOKED_MARK) return undefined
  const isRevoked = await redis.hexists(keys.trustMarkRevocations, trustMarkHash(jwt))
  return isRevoked ? undefined : readPublishedJwt(jwt)
}

/** Every mark that we issued to the subject and did not revoke, with its type. */
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

/** Who holds a mark of the type that was not revoked; whether it has expired is for the caller to judge. */
export async function readTrustMarkHolders(
  redis: Redis,
  keys: RedisKeys,
  type: string,
): Promise<TrustMarkHolder[]> {
  const subjects = (await redis.smembers(keys.trustMarkHolders(type))).sort()
  const holders: TrustMarkHolder[] = []
  for (let start = 0; start < subjects.length; start += BATCH) {
    const batch = subjects.slice(start, start + BATCH)
    const marks = await Promise.all(batch.map((subject) => readTrustMark(redis, keys, type, subject)))
    batch.forEach((subject, index) => {
      const mark = marks[index]
      if (mark) holders.push({ subject, expires: mark.expires })
    })
  }
  return holders
}

/** Those of the holders whose mark is still valid at `now` (unix seconds): §8.2 and §8.5 want no others. */
export function currentHolders(holders: readonly TrustMarkHolder[], now: number): string[] {
  return holders.filter((holder) => isCurrent(holder, now)).map(({ subject }) => subject)
}

/**
 * How a mark stands. A mark is known by the hash of its whole JWT; a foreign writer records a revocation only as the
 * word `revoked` for type and subject, which then counts for each mark that has no record of its own.
 */
export async function readTrustMarkStanding(
  redis: Redis,
  keys: RedisKeys,
  jwt: string,
): Promise<TrustMarkStanding> {
  const hash = trustMarkHash(jwt)
  const [isIssued, isRevoked] = await Promise.all([
    redis.sismember(keys.issuedTrustMarks, hash),
    redis.hexists(keys.trustMarkRevocations, hash),
  ])
  if (!isIssued) return 'unknown'
  if (isRevoked) return 'revoked'
  const { sub, trust_mark_type: type } = decodeJwt<{ trust_mark_type?: string }>(jwt)
  const latest = sub && type ? await redis.hget(keys.trustMarks(sub), type) : null
  return latest === REVOKED_MARK ? 'revoked' : 'standing'
}
