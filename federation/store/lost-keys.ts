/** Detects a Redis that lost single keys, by an eviction or a manual DEL: other keys show that they existed. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from './keys.ts'

/**
 * A key, and one that never exists without it: both are written and removed in one transaction. Foreign writers, which
 * have no transactions, omit the information about subordinates, and never remove issued marks.
 */
const pairs = (keys: RedisKeys) =>
  [
    [keys.subordinates, keys.subordinateInfo],
    [keys.issuedTrustMarks, keys.trustMarkTypes],
  ] as const

export async function findLostKeys(redis: Redis, keys: RedisKeys): Promise<string[]> {
  const found = await Promise.all(
    pairs(keys).map(async ([key, witness]) => {
      const [hasKey, hasWitness] = await Promise.all([redis.exists(key), redis.exists(witness)])
      return hasWitness && !hasKey ? [key] : []
    }),
  )
  return found.flat()
}
