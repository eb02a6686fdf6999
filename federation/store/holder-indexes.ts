/** Caches the holders of each Trust Mark type that was asked for. */
import { LRUCache } from 'lru-cache'
import { createSortedIndex, type IndexSource, type SortedIndex } from './sorted-index.ts'
import { isSameHolder, type TrustMarkHolder, type TrustMarkReader } from './trust-mark-reader.ts'

export type HolderIndexes = {
  /** Sorted by subject. The same array is returned until something changes. */
  get(type: string): Promise<readonly TrustMarkHolder[]>
  /** What `get` would return without a read; undefined if it would read. */
  peek(type: string): readonly TrustMarkHolder[] | undefined
  /** Marks the Trust Marks of one subject as changed, or all. */
  touch(subject?: string): void
}

/** Requests may name any number of types that do not exist. */
const MAX_TYPES = 1_000

type Options = Pick<IndexSource<TrustMarkHolder>, 'catchUp'> & { read: TrustMarkReader }

export function createHolderIndexes({ read, catchUp }: Options): HolderIndexes {
  const indexes = new LRUCache<string, SortedIndex<TrustMarkHolder>>({ max: MAX_TYPES })

  function createIndex(type: string): SortedIndex<TrustMarkHolder> {
    const index = createSortedIndex<TrustMarkHolder>({
      idOf: ({ subject }) => subject,
      isSame: isSameHolder,
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
