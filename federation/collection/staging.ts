/** Writes a collection to staging keys, and swaps it with the live one when it is complete. */
import { randomUUID } from 'node:crypto'
import type { ChainableCommander, Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type CollectionRecord, formatCollectionRecord } from '#store/collection-record.ts'
import { duplicateRedis, waitForRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { toStoreError } from '#store/outage.ts'
import { type Collection, swapCollection } from './swap.ts'

export type Staging = {
  /** Buffers a record, and writes full batches to Redis. Wait for it before the next call. */
  add(record: CollectionRecord): Promise<void>
  /** Replaces the live collection. @throws FederationError `temporarily_unavailable` when Redis lost staged data */
  publish(of: { trustAnchor: EntityId; lastUpdated: number }): Promise<void>
  /** Removes unpublished data and closes the connection. */
  close(): Promise<void>
}

/** Records per round trip, and in memory. */
const BATCH = 100

/** Entity Types that can be filtered. Entities can invent any number of them. */
const MAX_TYPES = 1_000

/** Seconds until Redis drops the staged data of a dead crawl. Each batch restarts them. */
const LIFETIME = 3600

/** Milliseconds. A swap unlinks and renames sets of any size. */
const COMMAND_TIMEOUT_MS = 30_000

export async function openStaging(shared: Redis, prefix: string): Promise<Staging> {
  // A separate connection, because WATCH and MULTI apply to all commands of a connection.
  const redis = duplicateRedis(shared, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: false,
  })
  redis.on('error', () => {}) // the commands report errors
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
    for (const record of records) queueRecord(pipeline, staged, record)
    for (const name of listStagedNames(staged)) pipeline.expire(name, LIFETIME)
    await execute(pipeline)
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
      await redis.unlink(listStagedNames(staged)).catch(() => {}) // they expire anyway
      redis.disconnect()
    },
  }
}

/** Lists every key that may have been written. */
function listStagedNames({ names, entityTypes, trustMarkTypes }: Collection): string[] {
  return [
    names.entities,
    names.sorted,
    names.trustMarkTypes,
    ...[...entityTypes].map(names.byType),
    ...[...trustMarkTypes].map(names.byTrustMark),
  ]
}

function queueRecord(to: ChainableCommander, staged: Collection, record: CollectionRecord): void {
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

/** @throws the first error of a command */
async function execute(commands: ChainableCommander): Promise<void> {
  const results = await commands.exec().catch((error: unknown) => {
    throw toStoreError(error)
  })
  const failed = results?.find(([error]) => error)
  if (failed) throw toStoreError(failed[0])
}
