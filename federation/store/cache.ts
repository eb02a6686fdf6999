/** Keeps what was read from Redis in memory, until a change is announced or it has grown old. */
import { LRUCache } from 'lru-cache'

export type Cache<Value> = {
  /** The value of `key`, read with `load` unless it is held. One `load` serves all who ask at the same time. */
  read(key: string, load: () => Promise<Value>): Promise<Value>
  /** Holds `value` from now on. */
  write(key: string, value: Value): void
  /** Forgets one key, or all; with `only`, just while that value is the one held. */
  drop(key?: string, only?: Value): void
}

export type CacheOptions<Value> = {
  /** Milliseconds; the bound on staleness when the writer announces nothing. */
  maxAge: number
  /** Bound on the sum of `sizeOf` over all entries. */
  maxSize: number
  sizeOf: (value: Value) => number
}

/** What an entry costs beyond its value: the key, and the bookkeeping around it. */
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
