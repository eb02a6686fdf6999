/** Goes through the names of keys, on every node where they may lie. */
import type { Cluster, Redis } from 'ioredis'

const COUNT = 1_000

/** Pages of the names that match; one may come twice when keys are written meanwhile. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  for (const node of nodesOf(redis)) {
    for (let cursor = '0'; ; ) {
      const [next, names] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT)
      yield names
      if (next === '0') break
      cursor = next
    }
  }
}

/** A Cluster would ask any one of its nodes, since SCAN names no key. */
function nodesOf(redis: Redis): Redis[] {
  // The connection to a Cluster has the commands of Redis, and says so where it differs.
  return redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis]
}
