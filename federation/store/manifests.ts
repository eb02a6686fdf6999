/** The manifests of an anchor: each has a number of its own, and the root that it named is remembered. */
import type { Redis } from 'ioredis'

/** Manifests: three days of them at rest, and a quarter of an hour while changes never stop. */
const KEPT = 5_000
/** Seconds after the last one. */
const KEPT_SECONDS = 604_800

/** `roots`: those of one number; several if Redis lost its last numbers. Null: nothing is remembered. */
export type SignedRoots = { roots: string[]; oldest: number | null; newest: number | null }

/** Before the manifest can be read anywhere. @throws Error of Redis */
export async function rememberRoot(redis: Redis, key: string, number: number, root: string): Promise<void> {
  await redis.zadd(key, number, `${number} ${root}`)
  await redis.zremrangebyrank(key, 0, -KEPT - 1)
  await redis.expire(key, KEPT_SECONDS)
}

/** @throws Error of Redis */
export async function readSignedRoots(redis: Redis, key: string, number: number): Promise<SignedRoots> {
  const [same, first, last] = await Promise.all([
    redis.zrangebyscore(key, number, number),
    redis.zrange(key, 0, 0),
    redis.zrange(key, -1, -1),
  ])
  const numberOf = ([member]: string[]) => (member === undefined ? null : Number(member.split(' ')[0]))
  const roots = same.flatMap((member) => member.split(' ')[1] ?? [])
  return { roots, oldest: numberOf(first), newest: numberOf(last) }
}

/** The next number, at least `least`. */
export async function issueManifestNumber(redis: Redis, key: string, least: number): Promise<number> {
  const next = await redis.incr(key)
  return next >= least ? next : redis.incrby(key, least - next)
}
