/** Remembers which published objects have changed, and when, so that no older file is sent for one. */
import type { Change } from '#store/change.ts'
import { isCollectionFile, isListKind, kindOf, readPath } from '../files/place.ts'

/** Subjects that are remembered one by one. */
const MAX_SUBJECTS = 10_000

export type KnownChanges = {
  note(change: Change): void
  /** When that of which the file is changed last, in milliseconds of unix time. */
  lastOf(file: string): number
}

/** `now` in milliseconds of unix time. */
export function createKnownChanges(now: () => number): KnownChanges {
  const subjects = new Map<string, number>()
  /** Of everything, of the collection, and of anything. */
  let [all, collection, latest] = [0, 0, 0]

  function noteSubject(id: string, at: number): void {
    subjects.delete(id)
    subjects.set(id, at)
    const [oldest] = subjects
    if (subjects.size <= MAX_SUBJECTS || !oldest) return
    subjects.delete(oldest[0])
    all = oldest[1]
  }

  return {
    note({ kind, id, isLoss }) {
      if (isLoss || kind === 'trust-anchors') return
      const at = now()
      if (kind === 'collection') collection = at
      else if (id === undefined) all = at
      else noteSubject(id, at)
      if (kind !== 'collection') latest = at
    },
    lastOf(file) {
      if (isCollectionFile(file)) return Math.max(all, collection)
      const about = readPath(file)
      if (isListKind(kindOf(file)) || about?.folder === 'status_list') return latest
      return Math.max(all, (about && 'sub' in about && subjects.get(about.sub)) || 0)
    },
  }
}
