/** Caches a list from Redis, sorted by identifier, and reads only changed items again. */
import { FederationError } from '#core/errors.ts'
import { changeSorted, joinSorted } from './sorted.ts'

/** Milliseconds until all are read again. Foreign writers announce no changes, so their data ages sooner. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** Reading announced data again takes at most this part of the time, however much there is. */
const MAX_SHARE = 0.01

/** If more items than this, and more than this part of all, changed, reading all is cheaper than reading each. */
const MAX_TOUCHED = { items: 1_000, share: 0.1 } as const

/** Limit of remembered identifiers of changed items. */
const MAX_REMEMBERED = 100_000

const BATCH = 500

/** Attempts to read all while everything is published again. */
const MAX_READS = 5

export type SortedIndex<Item> = {
  /** Sorted by identifier. The same array is returned until something changes. */
  get(): Promise<readonly Item[]>
  /** What `get` would return without a read; undefined if it would read. */
  peek(): readonly Item[] | undefined
  /** Marks one item as changed, or all. */
  touch(id?: string): void
}

export type IndexSource<Item> = {
  idOf(item: Item): string
  isSame(one: Item, other: Item): boolean
  /** All items, in lists of any order. Items that change meanwhile may be missing. */
  readAll(): Promise<{ lists: Item[][]; isAnnounced: boolean }>
  readOne(id: string): Promise<Item | undefined>
  /** Resolves when every change that Redis announced before the call was passed to `touch`. */
  catchUp(): Promise<void>
}

type State<Item> = {
  sorted: readonly Item[]
  isAnnounced: boolean
  /** When it is read again, on the clock of `performance`. */
  until: number
}

export function createSortedIndex<Item>(source: IndexSource<Item>): SortedIndex<Item> {
  const { idOf, isSame, readAll, readOne, catchUp } = source
  let state: State<Item> | undefined
  /** Changed since `state` was read. */
  let touched = new Set<string>()
  /** Changed since the present read of all began. */
  let touchedInRead = new Set<string>()
  let resets = 0
  let reading: Promise<void> | undefined
  let updating: Promise<void> | undefined

  /** Repeats when everything was replaced during the read, because the lists may mix old and new items. */
  async function readState(): Promise<State<Item>> {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const [begun, resetsBefore] = [performance.now(), resets]
      touchedInRead = new Set()
      const { lists, isAnnounced } = await readAll()
      for (const list of lists) list.sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
      const sorted = await joinSorted(lists, idOf)
      await catchUp()
      if (resets !== resetsBefore) continue
      const duration = performance.now() - begun
      const age = isAnnounced ? Math.max(MAX_AGE.announced, duration / MAX_SHARE) : MAX_AGE.foreign
      return { sorted, isAnnounced, until: begun + age }
    }
    const message = 'Everything was published again while the list was read. Try again in a few seconds.'
    throw new FederationError('temporarily_unavailable', message, { retryable: true })
  }

  async function readAgain(): Promise<void> {
    const next = await readState()
    // The same array, so that everything made from it stays valid.
    state = state && isUnchanged(state.sorted, next.sorted) ? { ...next, sorted: state.sorted } : next
    touched = touchedInRead
  }

  function isUnchanged(before: readonly Item[], after: readonly Item[]): boolean {
    return (
      before.length === after.length &&
      before.every((item, at) => {
        const other = after[at]
        return other !== undefined && isSame(item, other)
      })
    )
  }

  function startReading(): Promise<void> {
    reading ??= readAgain().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readTouched(): Promise<void> {
    const [before, ids] = [state, [...touched]]
    if (!before) return
    if (ids.length > Math.max(MAX_TOUCHED.items, before.sorted.length * MAX_TOUCHED.share))
      return startReading()
    touched = new Set()
    try {
      const changes: { id: string; item: Item | undefined }[] = []
      for (let at = 0; at < ids.length; at += BATCH) {
        const batch = ids.slice(at, at + BATCH)
        changes.push(...(await Promise.all(batch.map(async (id) => ({ id, item: await readOne(id) })))))
      }
      // All may have been read meanwhile, from before a change.
      if (state !== before) for (const id of ids) touched.add(id)
      else state = { ...before, sorted: changeSorted(before.sorted, changes, idOf) }
    } catch (error) {
      state = undefined // `touched` is lost, so the next read must read all
      throw error
    }
  }

  function startUpdating(): Promise<void> {
    updating ??= readTouched().finally(() => {
      updating = undefined
    })
    return updating
  }

  function refresh(last: State<Item>): void {
    last.until = performance.now() + MAX_AGE.announced
    startReading().catch(() => {}) // an outage of Redis is announced, and drops all
  }

  const isOld = ({ until }: State<Item>) => performance.now() > until

  function reset(): void {
    state = undefined
    touched = new Set()
    touchedInRead = new Set()
    resets += 1
  }

  return {
    async get() {
      for (;;) {
        if (!state || (isOld(state) && !state.isAnnounced)) await startReading()
        else if (isOld(state)) refresh(state)
        // A read that started before this call may have missed changes announced before this call.
        await updating?.catch(() => {})
        if (touched.size > 0) await startUpdating()
        if (state) return state.sorted
      }
    },
    peek: () =>
      state && touched.size === 0 && updating === undefined && !isOld(state) ? state.sorted : undefined,
    touch(id) {
      if (id === undefined) return reset()
      touched.add(id)
      if (reading) touchedInRead.add(id)
      if (Math.max(touched.size, touchedInRead.size) > MAX_REMEMBERED) reset()
    },
  }
}
