/** Scans key names on every node, and the members of large keys: in steps, because a long command delays every reader. */
import type { Cluster, Redis } from 'ioredis'

const COUNT = 1_000

/** Yields pages of matching names. Concurrent writes may cause duplicates. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  for (const node of listNodes(redis)) {
    yield* scanMembers((cursor) => node.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT))
  }
}

/** Yields pages of the fields and values of a hash. Concurrent writes may cause duplicates. */
export async function* scanHash(redis: Redis, key: string): AsyncGenerator<[field: string, value: string][]> {
  for await (const flat of scanMembers((cursor) => redis.hscan(key, cursor, 'COUNT', COUNT))) {
    yield flat.flatMap((field, at) => (at % 2 === 0 ? [[field, flat[at + 1] ?? '']] : []))
  }
}

/** Yields pages of the members of a set. Concurrent writes may cause duplicates. */
export function scanSet(redis: Redis, key: string): AsyncGenerator<string[]> {
  return scanMembers((cursor) => redis.sscan(key, cursor, 'COUNT', COUNT))
}

type Scan = (cursor: string) => Promise<[cursor: string, elements: string[]]>

async function* scanMembers(scan: Scan): AsyncGenerator<string[]> {
  for (let cursor = '0'; ; ) {
    const [next, elements] = await scan(cursor)
    yield elements
    if (next === '0') break
    cursor = next
  }
}

/** A Cluster connection sends SCAN to a random node, because it names no key. */
function listNodes(redis: Redis): Redis[] {
  // `connectRedis` returns a Cluster as a Redis.
  return redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis]
}
