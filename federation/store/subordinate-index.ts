/** Caches the Immediate Subordinates, parsed and sorted, and reads only changed ones again. */
import { findIndexAtOrAfter } from './sorted.ts'
import type { Subordinate } from './subordinate-reader.ts'

/** Milliseconds until all are read again. Foreign writers announce no changes, so their data ages sooner. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** If more than this number changed, reading all in batches is cheaper than reading each. */
const MAX_TOUCHED = 1_000

export type SubordinateIndex = {
  /** Sorted by identifier. The same array is returned until something changes. */
  get(): Promise<readonly Subordinate[]>
  /** What `get` would return without a read; undefined if it would read. */
  peek(): readonly Subordinate[] | undefined
  /** Marks one subordinate as changed, or all. */
  touch(id?: string): void
}

type Source = { readAll(): Promise<Subordinate[]>; readOne(id: string): Promise<Subordinate | undefined> }
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
    const sorted = (await source.readAll()).sort((a, b) => (a.id < b.id ? -1 : 1))
    const isAnnounced = sorted.length > 0 && sorted.every((each) => each.isAnnounced)
    return { sorted, readAt, maxAge: isAnnounced ? MAX_AGE.announced : MAX_AGE.foreign }
  }

  async function readTouched(last: State, ids: ReadonlySet<string>): Promise<State> {
    const found = await Promise.all(
      [...ids].map(async (id) => ({ id, subordinate: await source.readOne(id) })),
    )
    const sorted = [...last.sorted]
    for (const { id, subordinate } of found) {
      const index = findSubordinateIndex(sorted, id)
      const present = sorted[index]?.id === id ? 1 : 0
      sorted.splice(index, present, ...(subordinate ? [subordinate] : []))
    }
    return { ...last, sorted }
  }

  async function update(): Promise<State> {
    const generationAtStart = generation
    const ids = touched
    touched = new Set()
    try {
      const mayReuse = state && ids.size <= MAX_TOUCHED && performance.now() - state.readAt <= state.maxAge
      const next = state && mayReuse ? await readTouched(state, ids) : await readAll()
      // If all were marked as changed during the read, return the result but do not cache it.
      if (generation === generationAtStart) state = next
      return next
    } catch (error) {
      state = undefined // `touched` is lost, so the next read must read all
      throw error
    }
  }

  function isFresh(last: State | undefined): last is State {
    return last !== undefined && touched.size === 0 && performance.now() - last.readAt <= last.maxAge
  }

  return {
    async get() {
      // An update that started before this call may have missed changes announced before this call.
      await updating?.catch(() => {})
      if (isFresh(state)) return state.sorted
      updating ??= update().finally(() => {
        updating = undefined
      })
      return (await updating).sorted
    },
    peek: () => (updating === undefined && isFresh(state) ? state.sorted : undefined),
    touch(id) {
      if (id !== undefined) return void touched.add(id)
      state = undefined
      generation += 1
    },
  }
}

export function findSubordinate(sorted: readonly Subordinate[], id: string): Subordinate | undefined {
  const candidate = sorted[findSubordinateIndex(sorted, id)]
  return candidate?.id === id ? candidate : undefined
}

/** Returns the index of `id`, or the index at which it would be inserted. */
export function findSubordinateIndex(sorted: readonly Subordinate[], id: string): number {
  return findIndexAtOrAfter(sorted, id, (subordinate) => subordinate.id)
}
