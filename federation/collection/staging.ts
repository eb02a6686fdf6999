/** Writes a collection to staging keys, and swaps it with the live one when it is complete. */
import { randomUUID } from 'node:crypto'
import type { ChainableCommander, Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { formatChange } from '#store/change.ts'
import { type CollectionRecord, formatCollectionRecord } from '#store/collection-record.ts'
import { duplicateRedis, waitForRedis } from '#store/connect.ts'
import { type RedisKeys, redisKeys } from '#store/keys.ts'
import { toStoreError } from '#store/outage.ts'
import { scanKeys } from '#store/scan.ts'

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

type CollectionNames = ReturnType<RedisKeys['collection']['staging']>

/** The staged data of a crawl and its key names. */
export type Collection = {
  names: CollectionNames
  entities: number
  entityTypes: Set<string>
  trustMarkTypes: Set<string>
}

/** A concurrent crawl may change the live collection, and the keys to remove must be listed again. */
const ATTEMPTS = 5

/** @throws FederationError `temporarily_unavailable` when Redis lost staged data */
export async function swapCollection(
  redis: Redis,
  keys: RedisKeys,
  staged: Collection,
  of: { trustAnchor: EntityId; lastUpdated: number },
): Promise<void> {
  const { collection: live, changes } = keys
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await redis.watch(live.lastUpdated)
    await checkComplete(redis, staged)
    const transaction = redis.multi()
    for (const name of await listLiveNames(redis, live)) transaction.unlink(name)
    for (const [from, to] of listRenames(staged, live)) transaction.rename(from, to).persist(to)
    transaction.set(live.trustAnchor, of.trustAnchor)
    transaction.set(live.lastUpdated, Math.floor(of.lastUpdated))
    transaction.publish(changes, formatChange({ kind: 'collection' }))
    const results = await transaction.exec()
    const failed = results?.find(([error]) => error)
    if (failed?.[0]) throw failed[0]
    if (results) return
  }
  const message = 'Other crawls replaced the collection at the same time. Crawl again.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}

/** A Redis that restarted during the crawl may have lost staged data. */
async function checkComplete(redis: Redis, { names, entities, ...sets }: Collection): Promise<void> {
  const expected = sets.entityTypes.size + sets.trustMarkTypes.size
  const others = [
    ...[...sets.entityTypes].map(names.byType),
    ...[...sets.trustMarkTypes].map(names.byTrustMark),
  ]
  const held = [
    (await redis.hlen(names.entities)) === entities,
    (await redis.zcard(names.sorted)) === entities,
    expected === 0 || (await redis.exists(others)) === expected,
  ]
  if (held.every(Boolean)) return
  const message = 'Redis lost data of this crawl, and the collection is unchanged. Crawl again.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}

function listRenames({ names, entities, entityTypes, trustMarkTypes }: Collection, live: CollectionNames) {
  const pairs: [from: string, to: string][] = []
  if (entities > 0) pairs.push([names.entities, live.entities], [names.sorted, live.sorted])
  if (trustMarkTypes.size > 0) pairs.push([names.trustMarkTypes, live.trustMarkTypes])
  for (const type of entityTypes) pairs.push([names.byType(type), live.byType(type)])
  for (const type of trustMarkTypes) pairs.push([names.byTrustMark(type), live.byTrustMark(type)])
  return pairs
}

/** Lists the keys of the live collection. Only a scan finds the sets of each type. */
async function listLiveNames(redis: Redis, live: CollectionNames): Promise<string[]> {
  const found = [live.entities, live.sorted, live.trustMarkTypes]
  const roots = [live.byType(''), live.byTrustMark('')]
  const pattern = `${live.root.replace(/[\\[\]*?]/g, '\\$&')}by_*`
  for await (const names of scanKeys(redis, pattern)) {
    found.push(...names.filter((name) => roots.some((root) => name.startsWith(root))))
  }
  return found
}
