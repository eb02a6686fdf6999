/** Reads the collection a page at a time; what a filter lets through is held in memory until the next walk. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { createCache } from './cache.ts'
import { type CollectionRecord, parseCollectionRecord } from './collection-record.ts'
import { readSearchTexts, type SearchText, searchWords } from './collection-search.ts'
import type { RedisKeys } from './keys.ts'

/** What was walked, and when (unix seconds). A foreign writer may have left either out. */
export type CollectionState = { trustAnchor: EntityId | undefined; lastUpdated: number | undefined }

export type CollectionFilter = {
  /** Any of these; all entities when empty. */
  entityTypes: readonly string[]
  /** A verified mark of each of these. */
  trustMarkTypes: readonly string[]
  /** Words that all must occur in the identifier or in a display name. */
  query: string | undefined
}

export type CollectionPage = {
  records: CollectionRecord[]
  /** The identifier with which the next page begins. */
  next: EntityId | undefined
}

export type CollectionReader = {
  /** Undefined before the first walk. */
  state(): Promise<CollectionState | undefined>
  /** At most `limit` entities in the order of their identifiers, beginning with `from` or what comes after it. */
  page(filter: CollectionFilter, from: EntityId | undefined, limit: number): Promise<CollectionPage>
  /** Undefined when the last walk did not find it. */
  entity(id: EntityId): Promise<CollectionRecord | undefined>
  /** How many entities the filter lets through. */
  count(filter: CollectionFilter): Promise<number>
  /** Forgets what is held of the last walk. */
  forget(): void
}

/** Milliseconds; what is held belongs to one walk and is of no use after the next. */
const MAX_AGE_MS = 10 * 60_000

/** Identifiers held over all filters, and search texts. */
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
    walk: string,
  ): Promise<Sorted> {
    const [typed, marked, found] = await Promise.all([
      entityTypes.length > 0 ? redis.sunion(entityTypes.map(keys.byType)) : undefined,
      trustMarkTypes.length > 0 ? redis.sinter(trustMarkTypes.map(keys.byTrustMark)) : undefined,
      query === undefined ? undefined : search(query, walk),
    ])
    const [first = [], ...others] = [marked, typed, found].filter((ids) => ids !== undefined)
    const sets = others.map((ids) => new Set(ids))
    return first.filter((id) => sets.every((ids) => ids.has(id))).sort()
  }

  async function search(query: string, walk: string): Promise<EntityId[]> {
    const all = await texts.read(walk, () => readSearchTexts(redis, keys))
    const words = searchWords(query)
    return all.filter(({ text }) => words.every((word) => text.includes(word))).map(({ id }) => id)
  }

  /** All that the filter lets through. */
  async function filtered(filter: CollectionFilter): Promise<Sorted> {
    // Foreign walkers announce nothing, but each walk has another time.
    const walk = (await redis.get(keys.lastUpdated)) ?? ''
    return lists.read(JSON.stringify([walk, filter]), () => select(filter, walk))
  }

  /** One more than the page holds, which is where the next one begins. */
  async function listIds(
    filter: CollectionFilter,
    from: EntityId | undefined,
    count: number,
  ): Promise<Sorted> {
    if (isOpen(filter)) {
      return redis.zrangebylex(keys.sorted, from === undefined ? '-' : `[${from}`, '+', 'LIMIT', 0, count)
    }
    const ids = await filtered(filter)
    const start = from === undefined ? 0 : firstAtOrAfter(ids, from)
    return ids.slice(start, start + count)
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
    async page(filter, from, limit) {
      const ids = [...(await listIds(filter, from, limit + 1))]
      const next = ids.length > limit ? ids.pop() : undefined
      const found = ids.length > 0 ? await redis.hmget(keys.entities, ...ids) : []
      // A walk that ends between the two reads may have dropped an entity, which then is simply not there.
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
    count: async (filter) => (isOpen(filter) ? redis.zcard(keys.sorted) : (await filtered(filter)).length),
    forget() {
      lists.drop()
      texts.drop()
    },
  }
}

function isOpen({ entityTypes, trustMarkTypes, query }: CollectionFilter): boolean {
  return entityTypes.length + trustMarkTypes.length === 0 && query === undefined
}

function firstAtOrAfter(sorted: Sorted, id: EntityId): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') < id) low = middle + 1
    else high = middle
  }
  return low
}
