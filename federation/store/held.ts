/**
 * Keeps values read from Redis in memory. Our publisher announces each change, so its data stays until then; that of other
 * writers stays for seconds. A value that is read again and has not changed stays the same object, with all that was made
 * from it.
 */
import { toStoreError } from './outage.ts'
import { createRecent } from './recent.ts'

/** A value is never undefined. */
export type Held<Value> = {
  /** Returns the value of `key`, or loads it. Concurrent callers share one load. @throws StoreOutage while Redis is down */
  get(key: string): Promise<Value>
  /** The value of `key`; undefined if it must be loaded. */
  peek(key: string): Value | undefined
  /** Makes the next reads of one key load it again, or of all. */
  drop(key?: string): void
  /** Since the start: values found in memory, and loads. */
  readonly lookups: { memory: number; redis: number }
}

export type HeldOptions<Value> = {
  load(key: string): Promise<Value>
  isSame(one: Value, other: Value): boolean
  /** Bytes of a value. */
  sizeOf(value: Value): number
  /** Bytes of all. */
  maxSize: number
  /** Whether every change is announced. */
  isAnnounced(): boolean
}

/** Milliseconds until a value is read again: in the background if changes are announced, otherwise before its use. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** Milliseconds. Earlier than the answer decides, so that it is there in time. */
const ASKED_FROM = 2_000

/** Bytes of an entry beyond its key and value. */
const ENTRY_SIZE = 256

/** `loaded` is on the clock of `performance`. `generation` counts the drops of all before. */
type Entry<Value> = { value: Value; loaded: number; generation: number }

export function createHeld<Value>(options: HeldOptions<Value>): Held<Value> {
  const { load, isSame, sizeOf, maxSize, isAnnounced } = options
  const entries = createRecent<Entry<Value>>({
    maxSize,
    sizeOf: ({ value }, key) => ENTRY_SIZE + key.length + sizeOf(value),
  })
  const loading = new Map<string, Promise<Value>>()
  const lookups = { memory: 0, redis: 0 }
  let generation = 0

  function keep(key: string, value: Value): Value {
    const loaded = performance.now()
    const entry = entries.peek(key)
    if (entry && isSame(entry.value, value)) {
      Object.assign(entry, { loaded, generation })
      return entry.value
    }
    entries.set(key, { value, loaded, generation })
    return value
  }

  function start(key: string): Promise<Value> {
    lookups.redis += 1
    // A drop during the load removes the promise, because it may have read the old value.
    const isStillWanted = () => loading.get(key) === promise && loading.delete(key)
    const promise: Promise<Value> = load(key).then(
      (value) => (isStillWanted() ? keep(key, value) : value),
      (error: unknown) => {
        isStillWanted()
        throw toStoreError(error)
      },
    )
    loading.set(key, promise)
    return promise
  }

  function refresh(key: string, entry: Entry<Value>): void {
    entry.loaded = performance.now()
    start(key).catch(() => {}) // while Redis does not answer, no change is announced: the value soon ends
  }

  function peek(key: string): Value | undefined {
    const entry = entries.get(key)
    if (!entry || entry.generation !== generation) return undefined
    const age = performance.now() - entry.loaded
    if (age > ASKED_FROM) {
      const isSure = isAnnounced()
      if (!isSure && age > MAX_AGE.foreign) return undefined
      if (age > MAX_AGE.announced) refresh(key, entry)
    }
    lookups.memory += 1
    return entry.value
  }

  return {
    get(key) {
      const value = peek(key)
      return value === undefined ? (loading.get(key) ?? start(key)) : Promise.resolve(value)
    },
    peek,
    drop(key) {
      if (key === undefined) {
        generation += 1
        loading.clear()
      } else {
        const entry = entries.peek(key)
        if (entry) entry.generation = -1
        loading.delete(key)
      }
    },
    lookups,
  }
}
