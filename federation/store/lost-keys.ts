/** Detects a Redis that lost single keys, by an eviction or a manual DEL: other keys show that they existed. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from './keys.ts'

/** The publisher writes each pair in one transaction, so the second does not exist without the first. */
const pairs = (keys: RedisKeys) => [
  [keys.subordinates, keys.subordinateConfigurations],
  [keys.issuedTrustMarks, keys.trustMarkTypes],
]

export async function findLostKeys(redis: Redis, keys: RedisKeys): Promise<string[]> {
  const names = pairs(keys).flat()
  const exists = await Promise.all(names.map((name) => redis.exists(name)))
  const present = new Set(names.filter((_name, index) => exists[index] === 1))
  return pairs(keys).flatMap(([first = '', second = '']) =>
    present.has(second) && !present.has(first) ? [first] : [],
  )
}
