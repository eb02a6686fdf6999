/** Remembers which published objects were withdrawn, and when, so that no older file says that one is valid. */
import type { Change } from '#store/change.ts'
import { HISTORICAL_KEYS_FILE, isCollectionFile, readPath } from '../files/place.ts'

/** Withdrawn objects that are remembered one by one. */
const MAX_OBJECTS = 10_000

export type Withdrawals = {
  note(change: Change): void
  /** When a part of the file was withdrawn last, in milliseconds of unix time. Of a list: when all of it was. */
  lastOf(file: string): number
  /** When an entry of a list was withdrawn last. */
  lastOfEntry(list: string, id: string): number
  /** When any object was. */
  latest(): number
}

/** `now` in milliseconds of unix time. */
export function createWithdrawals(now: () => number): Withdrawals {
  const objects = new Map<string, number>()
  /** Of everything, of any mark, of the historical keys, and of any object. */
  let [all, marks, historicalKeys, latest] = [0, 0, 0, 0]

  function noteObject(key: string, at: number): void {
    objects.delete(key)
    objects.set(key, at)
    latest = at
    const [oldest] = objects
    if (objects.size <= MAX_OBJECTS || !oldest) return
    objects.delete(oldest[0])
    all = oldest[1]
  }

  const last = (...keys: string[]) => Math.max(all, ...keys.map((key) => objects.get(key) ?? 0))

  return {
    note({ kind, id, type, isLoss, withdrawsNothing }) {
      if (isLoss || withdrawsNothing || kind === 'trust-anchors' || kind === 'collection') return
      const at = now()
      if (kind === 'trust-mark') marks = at
      if (kind === 'historical-keys') historicalKeys = at
      else if (id === undefined) all = at
      else if (kind === 'subordinate') noteObject(statementOf(id), at)
      else for (const key of [someMarkOf(id), markOf(id, type)]) noteObject(key, at)
    },
    lastOf(file) {
      if (isCollectionFile(file)) return 0 // no publication changes what was crawled
      if (file === HISTORICAL_KEYS_FILE) return Math.max(all, historicalKeys)
      const about = readPath(file)
      if (about?.folder === 'status_list') return Math.max(all, marks)
      if (about?.folder === 'fetch') return last(statementOf(about.sub))
      if (about?.folder === 'resolve') return last(statementOf(about.sub), someMarkOf(about.sub))
      if (about?.folder === 'trust_mark')
        return last(markOf(about.sub, about.type), markOf(about.sub, undefined))
      return all
    },
    lastOfEntry(list, id) {
      const about = readPath(list)
      return about?.folder === 'trust_mark_list'
        ? last(markOf(id, about.type), markOf(id, undefined))
        : last(statementOf(id))
    },
    latest: () => latest,
  }
}

const statementOf = (id: string) => `statement ${id}`
const someMarkOf = (id: string) => `marks ${id}`
/** Without a type: of any. */
const markOf = (id: string, type: string | undefined) => `mark ${id} ${type ?? ''}`
