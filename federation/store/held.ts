/**
 * Keeps values read from Redis in memory. Our publisher announces each change, so its data stays until then; that of other
 * writers stays for seconds. A value that is read again and has not changed stays the same object, with all that was made
 * from it.
 */

import { createRecent } from '#core/recent.ts'
import { toStoreError } from './outage.ts'

/** A value is never undefined. */
export type Held<Value> = {
  /** Returns the value of `key`, or loads it. Concurrent callers share one load. @throws StoreOutage while Redis is down */
  get(key: string): Promise<Value>
  /** The value of `key`; undefined if it must be loaded. */
  peek(key: string): Value | undefined
  /** Makes the next reads of one key load it again, or of all, because it has changed, or all may have. */
  drop(key?: string): void
  /** Makes the next reads load all again, because announcements of changes may have been lost. */
  doubt(): void
  /** While Redis is away: what it said last about `key`. Undefined if nothing is known, or if it is known to have changed. */
  last(key: string): Last<Value> | undefined
  /** Redis answers again, so that it can say what has changed: `last` forgets what it said before `doubt`. */
  settle(): void
  /** Since the start: values found in memory, and loads. */
  readonly lookups: { memory: number; redis: number }
}

/** `loaded` is on the clock of `performance`. */
export type Last<Value> = { value: Value; loaded: number }

export type HeldOptions<Value> = {
  load(key: string): Promise<Value>
  isSame(one: Value, other: Value): boolean
  /** Whether Redis has nothing, as it has when it lost its data. */
  isAbsent?(value: Value): boolean
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

/** `generation` counts the drops and doubts of all before; -1: it has changed. */
type Stamped<Value> = Last<Value> & { generation: number }
/** `earlier`: what was there before a doubt, if nothing is there now. */
type Entry<Value> = Stamped<Value> & { earlier?: Stamped<Value> | undefined }

export function createHeld<Value>(options: HeldOptions<Value>): Held<Value> {
  const { load, isSame, sizeOf, maxSize, isAnnounced, isAbsent = () => false } = options
  const entries = createRecent<Entry<Value>>({
    maxSize,
    sizeOf: ({ value }, key) => ENTRY_SIZE + key.length + sizeOf(value),
  })
  const loading = new Map<string, Promise<Value>>()
  const lookups = { memory: 0, redis: 0 }
  let generation = 0
  /** What is older has changed, or Redis could have said so. */
  let oldest = 0

  function keep(key: string, value: Value): Value {
    const loaded = performance.now()
    const entry = entries.peek(key)
    if (entry && isSame(entry.value, value)) {
      Object.assign(entry, { loaded, generation })
      return entry.value
    }
    const earlier = isAbsent(value) && entry && entry.generation < generation ? present(entry) : undefined
    entries.set(key, earlier ? { value, loaded, generation, earlier } : { value, loaded, generation })
    return value
  }

  const present = ({ earlier, ...entry }: Entry<Value>) => (isAbsent(entry.value) ? earlier : entry)

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

  function doubt(): void {
    generation += 1
    loading.clear()
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
        doubt()
        oldest = generation
      } else {
        const entry = entries.peek(key)
        if (entry) Object.assign(entry, { generation: -1, earlier: undefined })
        loading.delete(key)
      }
    },
    doubt,
    last(key) {
      const entry = entries.peek(key)
      const found = entry && present(entry)
      return found && found.generation >= oldest ? found : undefined
    },
    settle() {
      oldest = generation
    },
    lookups,
  }
}
