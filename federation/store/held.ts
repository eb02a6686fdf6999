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
  /**
   * Makes the next reads of one key load it again, or of all, because it has changed, or all may have. `remains`: what is still valid
   * of the value of the key; nothing by default.
   */
  drop(key?: string, remains?: (value: Value) => Value | undefined): void
  /** Makes the next reads load all again, because announcements of changes may have been lost. */
  doubt(): void
  /** While Redis is away: what it said last about `key`. Undefined if nothing is known, or nothing that is still valid. */
  last(key: string): Last<Value> | undefined
  /**
   * Redis answers again: loads what it said before `doubt`. What it has no more ends, if it `isThere` at the end too. @throws Error
   * of `load`
   */
  confirm(isThere: () => Promise<boolean>): Promise<void>
  /** Since the start: values found in memory, and loads. */
  readonly lookups: { memory: number; redis: number }
}

/** `at`: when it was known to be current, on the clock of `performance`. */
export type Last<Value> = { value: Value; at: number }

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
  /** When it was so last, on the clock of `performance`. */
  lastSure(): number
}

/** Milliseconds until a value is read again: in the background if changes are announced, otherwise before its use. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** Milliseconds. Earlier than the answer decides, so that it is there in time. */
const ASKED_FROM = 2_000

/** Bytes of an entry beyond its key and value. */
const ENTRY_SIZE = 256

/** Keys that are loaded together. */
const CONFIRMED_TOGETHER = 100

type Stamped = {
  /** Counts the drops and doubts of all before; -1: it has changed. */
  generation: number
  /** On the clock of `performance`. */
  loaded: number
}
/** `earlier`: what is still valid of what was there before a change, or before a doubt if nothing is there now. */
type Entry<Value> = Stamped & {
  value: Value
  earlier?: (Last<Value> & Pick<Stamped, 'generation'>) | undefined
}

export function createHeld<Value>(options: HeldOptions<Value>): Held<Value> {
  const { load, isSame, sizeOf, maxSize, isAnnounced, lastSure, isAbsent = () => false } = options
  const entries = createRecent<Entry<Value>>({
    maxSize,
    sizeOf: ({ value }, key) => ENTRY_SIZE + key.length + sizeOf(value),
  })
  const loading = new Map<string, Promise<Value>>()
  const lookups = { memory: 0, redis: 0 }
  let generation = 0
  /** What is older has changed. */
  let oldest = 0
  /** Until when what was loaded in each generation was known to be current. */
  const ends: number[] = []

  function keep(key: string, value: Value): Value {
    const loaded = performance.now()
    const entry = entries.peek(key)
    // A Redis that has nothing may have lost it.
    const before = entry && entry.generation < generation ? present(entry) : entry?.earlier
    const earlier = isAbsent(value) ? before : undefined
    if (entry && isSame(entry.value, value)) {
      Object.assign(entry, { loaded, generation, earlier })
      return entry.value
    }
    entries.set(key, earlier ? { value, loaded, generation, earlier } : { value, loaded, generation })
    return value
  }

  function present({ earlier, value, loaded, generation: of }: Entry<Value>): Entry<Value>['earlier'] {
    if (of < 0 || isAbsent(value)) return earlier
    return { value, generation: of, at: Math.max(loaded, ends[of] ?? lastSure()) }
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

  function doubt(): void {
    ends.push(lastSure())
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
    drop(key, remains = () => undefined) {
      if (key === undefined) {
        doubt()
        oldest = generation
      } else {
        const entry = entries.peek(key)
        const before = entry && present(entry)
        const value = before && remains(before.value)
        const earlier = value === undefined ? undefined : { ...before, value }
        if (entry) Object.assign(entry, { generation: -1, earlier })
        loading.delete(key)
      }
    },
    doubt,
    last(key) {
      const entry = entries.peek(key)
      const found = entry && present(entry)
      return found && found.generation >= oldest ? found : undefined
    },
    async confirm(isThere) {
      const begun = generation
      const isDoubtful = (key: string) => {
        const entry = entries.peek(key)
        if (!entry || !present(entry)) return false
        return entry.generation < generation || entry.earlier !== undefined
      }
      const doubtful = entries.keys().filter(isDoubtful)
      for (let at = 0; at < doubtful.length && begun === generation; at += CONFIRMED_TOGETHER)
        await Promise.all(
          doubtful.slice(at, at + CONFIRMED_TOGETHER).map((key) => loading.get(key) ?? start(key)),
        )
      if (doubtful.length === 0 || !(await isThere()) || begun !== generation) return
      for (const key of doubtful) {
        const entry = entries.peek(key)
        if (entry?.generation === generation) entry.earlier = undefined
      }
    },
    lookups,
  }
}
