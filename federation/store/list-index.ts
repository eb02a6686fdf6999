/** Caches a sorted list from Redis, and reads only changed pages or items again. */
import { FederationError } from '#core/errors.ts'
import type { ItemFormat, ListItem } from './list-page.ts'
import {
  changeList,
  createPagedList,
  divideIntoPages,
  type ItemChange,
  keepSame,
  type PagedList,
} from './paged-list.ts'
import { joinSorted } from './sorted.ts'

/** Milliseconds until all are read again. Foreign writers announce no changes, so their data ages sooner. */
const MAX_AGE = { announced: 60_000, foreign: 5_000 } as const

/** Reading announced data again takes at most this part of the time, however much there is. */
const MAX_SHARE = 0.01

/** If more items than this, and more than this part of all, changed, reading all is cheaper than reading each. */
const MAX_TOUCHED = { items: 1_000, share: 0.1 } as const

/** Limit of remembered identifiers of changed items. */
const MAX_REMEMBERED = 100_000

const BATCH = 500

/** Attempts to read all while everything is published again, and to read the pages between two changes. */
const MAX_READS = { all: 5, pages: 20 } as const

export type ListIndex<Item extends ListItem> = {
  /** The same list is returned until something changes. */
  get(): Promise<PagedList<Item>>
  /** What `get` would return without a read; undefined if it would read. */
  peek(): PagedList<Item> | undefined
  /** Marks one item as changed, or all. */
  touch(id?: string): void
}

export type ListSource<Item extends ListItem> = {
  format: ItemFormat<Item>
  /**
   * Reads the pages of our publisher: those with one of these identifiers, and those that `known` lacks. Undefined if it
   * keeps none; incomplete if they lack items, as while it changes them.
   */
  readPages(
    known: PagedList<Item>,
    ids: readonly string[],
  ): Promise<{ list: PagedList<Item>; isComplete: boolean } | undefined>
  /** All items without pages, in lists of any order. Items that change meanwhile may be missing. */
  readAll(): Promise<{ lists: Item[][]; isAnnounced: boolean }>
  readOne(id: string): Promise<Item | undefined>
  /** Resolves when every change that Redis announced before the call was passed to `touch`. */
  catchUp(): Promise<void>
}

type State<Item extends ListItem> = {
  list: PagedList<Item>
  isAnnounced: boolean
  /** From the pages of our publisher. */
  isPaged: boolean
  /** When it is read again, on the clock of `performance`. */
  until: number
}

export function createListIndex<Item extends ListItem>(source: ListSource<Item>): ListIndex<Item> {
  const { format, readAll, readOne, catchUp } = source
  const nothing = createPagedList<Item>([])
  let state: State<Item> | undefined
  /** Changed since `state` was read. */
  let touched = new Set<string>()
  /** Changed since the present read of all began. */
  let touchedInRead = new Set<string>()
  let resets = 0
  let reading: Promise<void> | undefined
  let updating: Promise<void> | undefined

  /** Repeats when everything was replaced during the read, because the list may mix old and new items. */
  async function readState(): Promise<State<Item>> {
    for (let reads = 0; reads < MAX_READS.all; reads++) {
      const [begun, resetsBefore] = [performance.now(), resets]
      touchedInRead = new Set()
      const paged = await readPages(nothing, () => {
        const ids = [...touchedInRead]
        touchedInRead = new Set()
        return ids
      })
      if (paged) await catchUp()
      if (resets !== resetsBefore) continue
      const { list, isAnnounced } = paged ? { list: paged, isAnnounced: true } : await readItems()
      if (resets !== resetsBefore) continue
      const duration = performance.now() - begun
      const age = isAnnounced ? Math.max(MAX_AGE.announced, duration / MAX_SHARE) : MAX_AGE.foreign
      return { list, isAnnounced, isPaged: paged !== undefined, until: begun + age }
    }
    const message = 'Everything was published again while the list was read. Try again in a few seconds.'
    throw new FederationError('temporarily_unavailable', message, { retryable: true })
  }

  /**
   * Undefined without complete pages. A page that is divided or removed during the read is announced as a change, and read
   * again. `take` returns the identifiers that changed since it was called before.
   */
  async function readPages(
    known: PagedList<Item>,
    take: () => readonly string[],
  ): Promise<PagedList<Item> | undefined> {
    const resetsBefore = resets
    let [list, ids] = [known, take()]
    for (let reads = 0; reads < MAX_READS.pages && resets === resetsBefore; reads++) {
      const read = await source.readPages(list, ids)
      if (!read || read.isComplete) return read?.list
      await catchUp()
      list = read.list
      ids = take()
      if (ids.length === 0) return undefined
    }
    return undefined
  }

  async function readItems() {
    const { lists, isAnnounced } = await readAll()
    for (const list of lists) list.sort((one, other) => (one.id < other.id ? -1 : 1))
    const sorted = await joinSorted(lists, ({ id }) => id)
    await catchUp()
    return { list: await divideIntoPages(sorted, format), isAnnounced }
  }

  async function readAllAgain(): Promise<void> {
    const next = await readState()
    state = { ...next, list: keepSame(state?.list, next.list) }
    touched = touchedInRead
  }

  function startReading(): Promise<void> {
    reading ??= readAllAgain().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readTouched(): Promise<void> {
    const before = state
    if (!before) return
    const { list, isPaged } = before
    if (!isPaged && touched.size > Math.max(MAX_TOUCHED.items, list.length * MAX_TOUCHED.share))
      return startReading()
    const taken: string[] = []
    const take = () => {
      const ids = [...touched]
      touched = new Set()
      taken.push(...ids)
      return ids
    }
    try {
      const next = isPaged ? await readPages(list, take) : await changeItems(list, take())
      // All may have been read meanwhile, from before a change.
      if (state !== before) for (const id of taken) touched.add(id)
      else state = next && { ...before, list: keepSame(list, next) } // undefined: another writer took over
    } catch (error) {
      state = undefined // what was taken is lost, so the next read must read all
      throw error
    }
  }

  async function changeItems(list: PagedList<Item>, ids: readonly string[]): Promise<PagedList<Item>> {
    const changes: ItemChange<Item>[] = []
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH)
      changes.push(...(await Promise.all(batch.map(async (id) => ({ id, item: await readOne(id) })))))
    }
    return changeList(list, changes, format)
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
        if (state) return state.list
      }
    },
    peek: () =>
      state && touched.size === 0 && updating === undefined && !isOld(state) ? state.list : undefined,
    touch(id) {
      if (id === undefined) return reset()
      touched.add(id)
      if (reading) touchedInRead.add(id)
      if (Math.max(touched.size, touchedInRead.size) > MAX_REMEMBERED) reset()
    },
  }
}
