/** Keeps what was read from Redis in memory, until a change is announced or it has grown old. */
import { LRUCache } from 'lru-cache'

export type Cache<Value extends object> = {
  /** The value of `key`, read with `load` unless it is held. One `load` serves all who ask at the same time. */
  read(key: string, load: () => Promise<Value | undefined>): Promise<Value | undefined>
  /** Forgets one key, or all. */
  drop(key?: string): void
}

/** An absent value is held too: asking for what does not exist must not cost more than asking for what does. */
type Entry<Value> = { value: Value | undefined }

export type CacheOptions<Value> = {
  /** Milliseconds; the bound on staleness when the writer announces nothing. */
  maxAge: number
  /** Bound on the sum of `sizeOf` over all entries. */
  maxSize: number
  sizeOf: (value: Value) => number
}

/** What an entry costs beyond its value: the key, and the bookkeeping around it. */
const ENTRY_SIZE = 256

export function createCache<Value extends object>(options: CacheOptions<Value>): Cache<Value> {
  const held = new LRUCache<string, Entry<Value>>({
    ttl: options.maxAge,
    maxSize: options.maxSize,
    sizeCalculation: ({ value }, key) => ENTRY_SIZE + key.length + (value ? options.sizeOf(value) : 0),
  })
  const loading = new Map<string, Promise<Value | undefined>>()

  async function start(key: string, load: () => Promise<Value | undefined>) {
    const promise = load()
    loading.set(key, promise)
    try {
      const value = await promise
      // Whoever dropped the key meanwhile has removed this promise: what it read may be from before the change.
      if (loading.get(key) === promise) held.set(key, { value })
      return value
    } finally {
      if (loading.get(key) === promise) loading.delete(key)
    }
  }

  return {
    async read(key, load) {
      const entry = held.get(key)
      if (entry) return entry.value
      return loading.get(key) ?? start(key, load)
    },
    drop(key) {
      if (key === undefined) {
        held.clear()
        loading.clear()
      } else {
        held.delete(key)
        loading.delete(key)
      }
    },
  }
}
