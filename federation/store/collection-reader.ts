/** Reads pages of the collection, and caches the result of each filter until the next crawl. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { createCache } from './cache.ts'
import { type CollectionRecord, parseCollectionRecord } from './collection-record.ts'
import { readSearchTexts, type SearchText, splitQuery } from './collection-search.ts'
import type { RedisKeys } from './keys.ts'
import { findIndexAtOrAfter } from './sorted.ts'

/** The crawled Trust Anchor and the time in unix seconds. A foreign writer may omit either. */
export type CollectionState = { trustAnchor: EntityId | undefined; lastUpdated: number | undefined }

export type CollectionFilter = {
  /** The entity has at least one of these types. Empty: no restriction. */
  entityTypes: readonly string[]
  /** The entity has a verified Trust Mark of each of these types. */
  trustMarkTypes: readonly string[]
  /** Every word occurs in the identifier or in a display name. */
  query: string | undefined
}

/** Entities by their identifiers: only these, or all but these. */
export type EntityChoice = { only: readonly EntityId[] } | { except: readonly EntityId[] }

export type CollectionPage = {
  records: CollectionRecord[]
  /** The first identifier of the next page. */
  next: EntityId | undefined
}

export type CollectionReader = {
  /** Undefined before the first crawl. */
  state(): Promise<CollectionState | undefined>
  /** At most `limit` entities of a choice, sorted by identifier, starting at `from` or the next one after it. */
  page(
    filter: CollectionFilter,
    from: EntityId | undefined,
    limit: number,
    choice?: EntityChoice,
  ): Promise<CollectionPage>
  /** Undefined when the last crawl did not find the entity. */
  entity(id: EntityId): Promise<CollectionRecord | undefined>
  /** Counts the entities of a choice that match the filter. */
  count(filter: CollectionFilter, choice?: EntityChoice): Promise<number>
  /** Drops all cached data. */
  forget(): void
}

/** Milliseconds. Cached data belongs to one crawl and is useless after the next. */
const MAX_AGE_MS = 10 * 60_000

/** Identifiers per round trip. */
const BATCH = 1_000

/** Limit of cached identifiers over all filters, and of cached search texts. */
const MAX_HELD = 2_000_000

type Sorted = readonly EntityId[]

export function createCollectionReader(redis: Redis, { collection: keys }: RedisKeys): CollectionReader {
  const lists = createCache<Sorted>({ maxAge: MAX_AGE_MS, maxSize: MAX_HELD, sizeOf: (ids) => ids.length })
  const texts = createCache<readonly SearchText[]>({
    maxAge: MAX_AGE_MS,
    maxSize: MAX_HELD,
    sizeOf: (all) => all.length,
  })

  async function select(
    { entityTypes, trustMarkTypes, query }: CollectionFilter,
    crawl: string,
  ): Promise<Sorted> {
    const [typed, marked, found] = await Promise.all([
      entityTypes.length > 0 ? redis.sunion(entityTypes.map(keys.byType)) : undefined,
      trustMarkTypes.length > 0 ? redis.sinter(trustMarkTypes.map(keys.byTrustMark)) : undefined,
      query === undefined ? undefined : search(query, crawl),
    ])
    const [first = [], ...others] = [marked, typed, found].filter((ids) => ids !== undefined)
    const sets = others.map((ids) => new Set(ids))
    return first.filter((id) => sets.every((ids) => ids.has(id))).sort()
  }

  async function search(query: string, crawl: string): Promise<EntityId[]> {
    const all = await texts.read(crawl, () => readSearchTexts(redis, keys))
    const words = splitQuery(query)
    return all.filter(({ text }) => words.every((word) => text.includes(word))).map(({ id }) => id)
  }

  async function selectCached(filter: CollectionFilter): Promise<Sorted> {
    // Foreign crawlers announce nothing, but each crawl has a different time.
    const crawl = (await redis.get(keys.lastUpdated)) ?? ''
    return lists.read(JSON.stringify([crawl, filter]), () => select(filter, crawl))
  }

  /** Undefined: all entities, which the sorted set holds already. */
  async function selectChosen(filter: CollectionFilter, choice?: EntityChoice): Promise<Sorted | undefined> {
    if (!isUnfiltered(filter)) return (await selectCached(filter)).filter(isChosen(choice))
    return choice && 'only' in choice ? (await pickCollected(choice.only)).sort() : undefined
  }

  async function pickCollected(ids: readonly EntityId[]): Promise<EntityId[]> {
    const found: EntityId[] = []
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH)
      const scores = await redis.zmscore(keys.sorted, ...batch)
      found.push(...batch.filter((_id, index) => scores[index] !== null))
    }
    return found
  }

  async function listIds(
    filter: CollectionFilter,
    from: EntityId | undefined,
    count: number,
    choice: EntityChoice | undefined,
  ): Promise<Sorted> {
    const ids = await selectChosen(filter, choice)
    if (!ids) return scanChosen(from, count, choice)
    const start = from === undefined ? 0 : findIndexAtOrAfter(ids, from, (id) => id)
    return ids.slice(start, start + count)
  }

  async function scanChosen(
    from: EntityId | undefined,
    count: number,
    choice: EntityChoice | undefined,
  ): Promise<Sorted> {
    const size = choice ? BATCH : count
    const isWanted = isChosen(choice)
    const found: EntityId[] = []
    for (let start = from === undefined ? '-' : `[${from}`; found.length < count; ) {
      const batch = await redis.zrangebylex(keys.sorted, start, '+', 'LIMIT', 0, size)
      found.push(...batch.filter(isWanted))
      if (batch.length < size) break
      start = `(${batch.at(-1)}`
    }
    return found.slice(0, count)
  }

  return {
    async state() {
      const [trustAnchor, updated, entities] = await Promise.all([
        redis.get(keys.trustAnchor),
        redis.get(keys.lastUpdated),
        redis.exists(keys.entities),
      ])
      if (updated === null && entities === 0) return undefined
      const lastUpdated = updated === null ? undefined : Number(updated)
      return { trustAnchor: trustAnchor ?? undefined, lastUpdated }
    },
    async page(filter, from, limit, choice) {
      const ids = [...(await listIds(filter, from, limit + 1, choice))]
      const next = ids.length > limit ? ids.pop() : undefined
      const found = ids.length > 0 ? await redis.hmget(keys.entities, ...ids) : []
      // A crawl that ends between the two reads may have dropped an entity.
      const records = ids.flatMap((id, index) => {
        const text = found[index]
        return text ? [parseCollectionRecord(id, text)] : []
      })
      return { records, next }
    },
    async entity(id) {
      const text = await redis.hget(keys.entities, id)
      return text ? parseCollectionRecord(id, text) : undefined
    },
    async count(filter, choice) {
      const ids = await selectChosen(filter, choice)
      if (ids) return ids.length
      const excluded = choice && 'except' in choice ? await pickCollected(choice.except) : []
      return (await redis.zcard(keys.sorted)) - excluded.length
    },
    forget() {
      lists.drop()
      texts.drop()
    },
  }
}

function isChosen(choice: EntityChoice | undefined): (id: EntityId) => boolean {
  if (!choice) return () => true
  const ids = new Set('only' in choice ? choice.only : choice.except)
  return 'only' in choice ? (id) => ids.has(id) : (id) => !ids.has(id)
}

function isUnfiltered({ entityTypes, trustMarkTypes, query }: CollectionFilter): boolean {
  return entityTypes.length + trustMarkTypes.length === 0 && query === undefined
}
