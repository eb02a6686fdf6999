/** Writes a collection beside the live one, and puts it in its place in one step when it is complete. */
import { randomUUID } from 'node:crypto'
import type { ChainableCommander, Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type CollectionRecord, formatCollectionRecord } from '#store/collection-record.ts'
import { duplicateRedis, waitForRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { toStoreError } from '#store/outage.ts'
import { type Collection, swapCollection } from './swap.ts'

export type Staging = {
  /** Resolves when there is room for the next; what is added lies in Redis at the latest when it is published. */
  add(record: CollectionRecord): Promise<void>
  /** Replaces the live collection. @throws FederationError `temporarily_unavailable` when Redis lost a part of it */
  publish(of: { trustAnchor: EntityId; lastUpdated: number }): Promise<void>
  /** Drops what was not published, and ends the connection. */
  close(): Promise<void>
}

/** Records written in one round trip, which is also how many are held in memory. */
const BATCH = 100

/** Entity Types that can be filtered by; names are free, and strangers choose them. */
const MAX_TYPES = 1_000

/** Seconds after which Redis drops what a walk left that died; each batch begins them anew. */
const LIFETIME = 3600

/** Milliseconds: a swap unlinks and renames sets of any size. */
const COMMAND_TIMEOUT_MS = 30_000

export async function openStaging(shared: Redis, prefix: string): Promise<Staging> {
  // A connection of its own: the swap watches a key, and what others send meanwhile must not count.
  const redis = duplicateRedis(shared, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: false,
  })
  redis.on('error', () => {}) // commands fail by themselves
  const keys = redisKeys(prefix)
  const staged: Collection = {
    names: keys.collection.staging(randomUUID()),
    entities: 0,
    entityTypes: new Set(),
    trustMarkTypes: new Set(),
  }
  let batch: CollectionRecord[] = []
  await waitForRedis(redis, COMMAND_TIMEOUT_MS).catch((error: unknown) => {
    redis.disconnect()
    throw error
  })

  async function flush() {
    const records = batch
    batch = []
    if (records.length === 0) return
    const pipeline = redis.pipeline()
    for (const record of records) put(pipeline, staged, record)
    for (const name of stagedNames(staged)) pipeline.expire(name, LIFETIME)
    await run(pipeline)
    staged.entities += records.length
  }

  return {
    async add(record) {
      batch.push(record)
      if (batch.length >= BATCH) await flush()
    },
    async publish(of) {
      await flush()
      await swapCollection(redis, keys, staged, of).catch((error: unknown) => {
        throw toStoreError(error)
      })
    },
    async close() {
      await redis.unlink(stagedNames(staged)).catch(() => {}) // they expire by themselves
      redis.disconnect()
    },
  }
}

/** Every key that may have been written. */
function stagedNames({ names, entityTypes, trustMarkTypes }: Collection): string[] {
  return [
    names.entities,
    names.sorted,
    names.trustMarkTypes,
    ...[...entityTypes].map(names.byType),
    ...[...trustMarkTypes].map(names.byTrustMark),
  ]
}

function put(to: ChainableCommander, staged: Collection, record: CollectionRecord): void {
  const { names } = staged
  const id = record.entity_id
  to.hset(names.entities, id, formatCollectionRecord(record))
  to.zadd(names.sorted, 0, id)
  for (const type of record.entity_types) {
    if (staged.entityTypes.size >= MAX_TYPES && !staged.entityTypes.has(type)) continue
    staged.entityTypes.add(type)
    to.sadd(names.byType(type), id)
  }
  for (const { trust_mark_type: type } of record.trust_marks) {
    staged.trustMarkTypes.add(type)
    to.sadd(names.byTrustMark(type), id)
    to.sadd(names.trustMarkTypes, type)
  }
}

/** @throws the first error of any command */
async function run(commands: ChainableCommander): Promise<void> {
  const results = await commands.exec().catch((error: unknown) => {
    throw toStoreError(error)
  })
  const failed = results?.find(([error]) => error)
  if (failed) throw toStoreError(failed[0])
}
