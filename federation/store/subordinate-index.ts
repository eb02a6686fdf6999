/** Holds the Immediate Subordinates parsed and sorted in memory, and re-reads only those that changed. */
import type { Subordinate } from './subordinate-reader.ts'

/** Milliseconds until all is read again: writers that announce changes seldom need it, foreign ones do. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** When more than this many changed, reading all in batches is cheaper than one by one. */
const MAX_TOUCHED = 1_000

export type SubordinateIndex = {
  /** Sorted by identifier. The same array is returned until something changes. */
  get(): Promise<readonly Subordinate[]>
  /** Says that one subordinate changed, or that anything may have. */
  touch(id?: string): void
}

type Source = { all(): Promise<Subordinate[]>; one(id: string): Promise<Subordinate | undefined> }
type State = {
  sorted: readonly Subordinate[]
  readAt: number
  maxAge: number
}

export function createSubordinateIndex(source: Source): SubordinateIndex {
  let state: State | undefined
  let touched = new Set<string>()
  let generation = 0
  let updating: Promise<State> | undefined

  async function readAll(): Promise<State> {
    const readAt = performance.now()
    const sorted = (await source.all()).sort((a, b) => (a.id < b.id ? -1 : 1))
    const isAnnounced = sorted.length > 0 && sorted.every((each) => each.isAnnounced)
    return { sorted, readAt, maxAge: isAnnounced ? MAX_AGE.announced : MAX_AGE.foreign }
  }

  async function readTouched(last: State, ids: ReadonlySet<string>): Promise<State> {
    const found = await Promise.all([...ids].map(async (id) => ({ id, subordinate: await source.one(id) })))
    const sorted = [...last.sorted]
    for (const { id, subordinate } of found) {
      const at = firstAtOrAfter(sorted, id)
      const present = sorted[at]?.id === id ? 1 : 0
      sorted.splice(at, present, ...(subordinate ? [subordinate] : []))
    }
    return { ...last, sorted }
  }

  async function update(): Promise<State> {
    const begun = generation
    const ids = touched
    touched = new Set()
    try {
      const mayReuse = state && ids.size <= MAX_TOUCHED && performance.now() - state.readAt <= state.maxAge
      const next = state && mayReuse ? await readTouched(state, ids) : await readAll()
      // If all was declared stale meanwhile, this may still be answered with, but not be kept.
      if (generation === begun) state = next
      return next
    } catch (error) {
      state = undefined // what was touched is forgotten now, so only reading everything is safe
      throw error
    }
  }

  function isFresh(last: State | undefined): last is State {
    return last !== undefined && touched.size === 0 && performance.now() - last.readAt <= last.maxAge
  }

  return {
    async get() {
      // One begun before this call may have missed what was announced before this call.
      await updating?.catch(() => {})
      if (isFresh(state)) return state.sorted
      updating ??= update().finally(() => {
        updating = undefined
      })
      return (await updating).sorted
    },
    touch(id) {
      if (id !== undefined) return void touched.add(id)
      state = undefined
      generation += 1
    },
  }
}

/** The subordinate of that identifier among the sorted ones. */
export function findSubordinate(sorted: readonly Subordinate[], id: string): Subordinate | undefined {
  const candidate = sorted[firstAtOrAfter(sorted, id)]
  return candidate?.id === id ? candidate : undefined
}

/** Where `id` stands, or would have to be put. */
export function firstAtOrAfter(sorted: readonly Subordinate[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle]?.id ?? '') < id) low = middle + 1
    else high = middle
  }
  return low
}
