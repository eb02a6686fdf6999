/** Copies and reads what is published in Redis. */
import type { Redis } from 'ioredis'

/** Every key except the registry of anchors. */
export async function copyContent(from: Redis, to: Redis): Promise<void> {
  for (const key of await from.keys('*')) {
    if (key === 'inmor:anchors') continue
    const content = await from.dumpBuffer(key)
    if (content) await to.restore(key, 0, content)
  }
}

/** Every key with its value. */
export async function contentOf(redis: Redis): Promise<Record<string, unknown>> {
  const read: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    set: async (key) => (await redis.smembers(key)).sort(),
    zset: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'),
  }
  const entries = (await redis.keys('*'))
    .sort()
    .map(async (key) => [key, await read[await redis.type(key)]?.(key)])
  return Object.fromEntries(await Promise.all(entries))
}
