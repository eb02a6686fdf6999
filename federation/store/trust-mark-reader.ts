/** Reads issued Trust Marks: their holders, and the status of each (§8.4, §8.5, §8.6). */
import type { Redis } from 'ioredis'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { RedisKeys } from './keys.ts'
import { isCurrent, type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
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

const BATCH = 500

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

/** Reads the holders of an unrevoked mark of the type. The mark may have expired. */
export async function readTrustMarkHolders(
  redis: Redis,
  keys: RedisKeys,
  type: string,
): Promise<TrustMarkHolder[]> {
  const subjects = (await redis.smembers(keys.trustMarkHolders(type))).sort()
  const holders: TrustMarkHolder[] = []
  const delegations = new Map<string, string>()
  for (let start = 0; start < subjects.length; start += BATCH) {
    const batch = subjects.slice(start, start + BATCH)
    const marks = await Promise.all(batch.map((subject) => readTrustMark(redis, keys, type, subject)))
    batch.forEach((subject, index) => {
      const mark = marks[index]
      if (mark) holders.push({ subject, expires: mark.expires, ...readOrigin(mark.jwt, delegations) })
    })
  }
  return holders
}

/** Marks usually have the same delegation, which `known` keeps once. */
function readOrigin(jwt: string, known: Map<string, string>): Pick<TrustMarkHolder, 'kid' | 'delegation'> {
  const kid = readKid(jwt)
  const { delegation } = decodeMark(jwt)
  if (typeof delegation !== 'string') return { kid, delegation: undefined }
  const held = known.get(delegation) ?? delegation
  known.set(held, held)
  return { kid, delegation: held }
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
