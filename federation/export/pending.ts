/** What the export still has to do, and since when. */
import type { Change } from '#store/change.ts'

/** Objects that are written together. The others wait. */
const STEP = 50

/** Milliseconds of unix time. */
type Time = number
type Now = () => Time

/** Subordinates and subjects of Trust Marks, each with the time of its first change. */
type Queue = Map<string, Time>

const createQueue = (): Queue => new Map()

export type Pending = ReturnType<typeof createPending>

export function createPending(now: Now) {
  const [all, lists, collection] = [createDue(now), createDue(now), createDue(now)]
  const [subordinates, subjects, responses] = [createQueue(), createQueue(), createQueue()]
  let wake = Promise.withResolvers<void>()
  let changed: Time = -Infinity
  all.add()

  function addObject(to: Queue, id: string): void {
    if (!to.has(id)) to.set(id, now())
    lists.add()
  }

  /** The response about each is due since then too. */
  function takeObjects(from: Queue): string[] {
    const some = take(from, STEP)
    for (const [id, at] of some) responses.set(id, Math.min(at, responses.get(id) ?? at))
    return some.map(([id]) => id)
  }

  return {
    all,
    lists,
    collection,
    /** Everything, also the lists and the collection. */
    addAll(): void {
      for (const each of [all, lists, collection]) each.add()
      wake.resolve()
    },
    add({ kind, id }: Change): void {
      if (kind === 'trust-anchors') return
      changed = now()
      if (kind === 'collection') collection.add()
      else if (kind === 'subordinate' && id !== undefined) addObject(subordinates, id)
      else if (kind === 'trust-mark' && id !== undefined) addObject(subjects, id)
      else all.add()
      wake.resolve()
    },
    /** The next objects; null: none is left. */
    takeObjects(): { subordinates: string[]; subjects: string[] } | null {
      if (subordinates.size + subjects.size === 0) return null
      return { subordinates: takeObjects(subordinates), subjects: takeObjects(subjects) }
    },
    /** The subjects of the next resolve responses. */
    takeResponses: (): string[] => take(responses, STEP).map(([id]) => id),
    /** Their responses have been written. */
    dropResponses(subjects: readonly string[]): void {
      for (const subject of subjects) responses.delete(subject)
    },
    /** Until when all that was announced is in the files, and in the lists. */
    writtenUntil(): { files: Time; lists: Time } {
      let files = Math.min(now(), all.since())
      for (const queue of [subordinates, subjects, responses])
        for (const at of queue.values()) files = Math.min(files, at)
      return { files, lists: Math.min(files, lists.since(), collection.since()) }
    },
    /** When the last change was announced. */
    changedAt: () => changed,
    /** Ends the wait for an addition. */
    wake: (): void => wake.resolve(),
    /** Resolves at the next addition after the call. */
    added(): Promise<void> {
      wake = Promise.withResolvers()
      return wake.promise
    },
  }
}

/** Work that is due from its first addition until it is done. */
function createDue(now: Now) {
  let due: Time | null = null
  let begun: Time | null = null
  return {
    add(): void {
      due ??= now()
    },
    isDue: () => due !== null,
    /** Begins it, if it is due. */
    take(): boolean {
      if (due === null) return false
      begun = begun === null ? due : Math.min(begun, due)
      due = null
      return true
    },
    done(): void {
      begun = null
    },
    since: (): Time => Math.min(due ?? Infinity, begun ?? Infinity),
  }
}

function take(from: Queue, most: number): [string, Time][] {
  const some: [string, Time][] = []
  for (const entry of from) {
    if (some.length === most) break
    some.push(entry)
    from.delete(entry[0])
  }
  return some
}
