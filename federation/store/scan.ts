/** Scans key names on every node. */
import type { Cluster, Redis } from 'ioredis'

const COUNT = 1_000

/** Yields pages of matching names. Concurrent writes may cause duplicates. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  for (const node of listNodes(redis)) {
    for (let cursor = '0'; ; ) {
      const [next, names] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT)
      yield names
      if (next === '0') break
      cursor = next
    }
  }
}

/** A Cluster connection sends SCAN to a random node, because it names no key. */
function listNodes(redis: Redis): Redis[] {
  // `connectRedis` returns a Cluster as a Redis.
  return redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis]
}
