/** Numbers the manifests of an anchor: each has a number of its own, also when several exporters write them. */
import type { Redis } from 'ioredis'

/** The next number, at least `least`. */
export async function issueManifestNumber(redis: Redis, key: string, least: number): Promise<number> {
  const next = await redis.incr(key)
  return next >= least ? next : redis.incrby(key, least - next)
}
