/** Keeps values read from Redis in memory until they are dropped or too old. */
import { LRUCache } from 'lru-cache'

export type Cache<Value> = {
  /** Returns the cached value of `key`, or loads it. Concurrent callers share one `load`. */
  read(key: string, load: () => Promise<Value>): Promise<Value>

  /** The cached value of `key`; undefined if it must be loaded. */
  peek(key: string): Value | undefined
  write(key: string, value: Value): void
  /** Drops one key, or all. With `only`, drops the key only if it still has that value. */
  drop(key?: string, only?: Value): void
}

export type CacheOptions<Value> = {
  /** Milliseconds. Limits staleness when the writer announces no changes. */
  maxAge: number
  /** Limit of the sum of `sizeOf` over all entries. */
  maxSize: number
  sizeOf: (value: Value) => number
}

/** Overhead of an entry beyond its key and value. */
const ENTRY_SIZE = 256

export function createCache<Value>(options: CacheOptions<Value>): Cache<Value> {
  const held = new LRUCache<string, { value: Value }>({
    ttl: options.maxAge,
    maxSize: options.maxSize,
    sizeCalculation: ({ value }, key) => ENTRY_SIZE + key.length + options.sizeOf(value),
  })
  const loading = new Map<string, Promise<Value>>()

  async function start(key: string, load: () => Promise<Value>) {
    const promise = load()
    loading.set(key, promise)
    try {
      const value = await promise
      // A drop during the load removed this promise, because it may have read the old value.
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
    peek: (key) => held.get(key)?.value,
    write(key, value) {
      held.set(key, { value })
    },
    drop(key, only) {
      if (only !== undefined && key !== undefined && held.peek(key)?.value !== only) return
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
