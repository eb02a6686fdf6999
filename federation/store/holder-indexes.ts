/** Caches the holders of each Trust Mark type that was asked for. */
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import type { RedisKeys } from './keys.ts'
import { createListIndex, type ListIndex, type ListSource } from './list-index.ts'
import { createPageReader } from './page-reader.ts'
import type { PagedList } from './paged-list.ts'
import { holderFormat, holderPages, type TrustMarkHolder, type TrustMarkReader } from './trust-mark-reader.ts'

export type HolderIndexes = {
  /** The same list is returned until something changes. */
  get(type: string): Promise<PagedList<TrustMarkHolder>>
  /** What `get` would return without a read; undefined if it would read. */
  peek(type: string): PagedList<TrustMarkHolder> | undefined
  /** Marks the Trust Marks of one subject as changed, or all. */
  touch(subject?: string): void
}

/** Requests may name any number of types that do not exist. */
const MAX_TYPES = 1_000

type Options = Pick<ListSource<TrustMarkHolder>, 'catchUp'> & {
  redis: Redis
  keys: RedisKeys
  read: TrustMarkReader
}

export function createHolderIndexes({ redis, keys, read, catchUp }: Options): HolderIndexes {
  const indexes = new LRUCache<string, ListIndex<TrustMarkHolder>>({ max: MAX_TYPES })

  function createIndex(type: string): ListIndex<TrustMarkHolder> {
    const index = createListIndex({
      format: holderFormat,
      readPages: createPageReader(redis, holderPages(redis, keys, type)),
      readAll: () => read.holders(type),
      readOne: (subject) => read.holder(type, subject),
      catchUp,
    })
    indexes.set(type, index)
    return index
  }

  return {
    get: (type) => (indexes.get(type) ?? createIndex(type)).get(),
    peek: (type) => indexes.get(type)?.peek(),
    touch(subject) {
      for (const index of indexes.values()) index.touch(subject)
    },
  }
}
