/** Writes what is pending in steps. After each, the first that is due is next: manifest, objects, new responses, a list. */
import { resolvedFile, trustMarkFile } from '../files/place.ts'
import { refreshCollection } from './collection.ts'
import { type Export, typesWithFolder } from './comparison.ts'
import {
  lists,
  refresh,
  resolved,
  statement,
  statusList,
  trustMark,
  trustMarkList,
  type Wanted,
  wantedOf,
} from './files.ts'
import type { Pending } from './pending.ts'

/** The shortest time between two writes, in milliseconds and in times of how long the last one took. */
const PAUSE = { ms: 500, times: 4 }
/** Milliseconds until the manifest is signed again, although nothing changed. */
const MANIFEST_MS = 60_000

/** Times are monotonic milliseconds. */
export function createSteps(context: Export, pending: Pending) {
  const { reader, folder, record } = context
  let unwritten: Wanted[] = []
  let [listsTook, listsFrom] = [0, 0]
  let [manifestFrom, manifestBy] = [0, 0]

  async function writeObjects(): Promise<boolean> {
    const some = pending.takeObjects()
    if (!some) return false
    const marks = some.subjects.length > 0 ? await marksOf(some.subjects) : []
    const responded = [...new Set([...some.subordinates, ...some.subjects])].filter(hasResponse)
    await refresh(context, [...marks, ...some.subordinates.map(statement), ...responded.map(resolved)])
    pending.dropResponses(responded)
    return true
  }

  /** It may be about what is gone by now. */
  function hasResponse(subject: string): boolean {
    const file = resolvedFile(subject)
    return file !== null && folder.has(file)
  }

  /** The marks of each, those of types that have a file, and the status lists, any of which may have a revocation. */
  async function marksOf(subjects: readonly string[]): Promise<Wanted[]> {
    const types = await typesWithFolder(folder)
    const marks = subjects.map(async (subject) => {
      const held = (await reader.trustMarksOf(subject)).map(({ type }) => type)
      const written = types.filter((type) => {
        const file = trustMarkFile(type, subject)
        return file !== null && folder.has(file)
      })
      return [...new Set([...held, ...written])].map((type) => trustMark(type, subject))
    })
    const numbers = await reader.statusLists()
    return [...numbers.map(statusList), ...(await Promise.all(marks)).flat()]
  }

  /** The first ones of new members. */
  async function writeResponses(): Promise<boolean> {
    const subjects = pending.takeResponses()
    await refresh(context, subjects.map(resolved))
    return subjects.length > 0
  }

  /** Before a comparison, nothing says that all that is published has a file. */
  async function publish(): Promise<boolean> {
    const started = performance.now()
    const isLast = started >= manifestBy
    if (!isLast && started < manifestFrom) return false
    if (isLast) await refreshEnded()
    const isDue = isLast || record.isChanged()
    if (isDue) await record.publish(pending.writtenUntil())
    const ended = performance.now()
    manifestFrom = ended + pauseAfter(ended - started)
    if (isDue) manifestBy = ended + MANIFEST_MS
    return isDue
  }

  async function refreshEnded(): Promise<void> {
    const ended = record.ended().flatMap((path) => wantedOf(path) ?? [])
    await refresh(context, ended)
  }

  async function writeList(): Promise<boolean> {
    const started = performance.now()
    if (unwritten.length === 0) {
      if (started < listsFrom || !pending.lists.take()) return false
      unwritten = [...lists, ...(await reader.trustMarkTypes()).map(trustMarkList)]
      listsTook = 0
    }
    await refresh(context, unwritten.splice(0, 1))
    const ended = performance.now()
    listsTook += ended - started
    listsFrom = ended + pauseAfter(listsTook)
    if (unwritten.length === 0) pending.lists.done()
    return true
  }

  async function writeCollection(): Promise<boolean> {
    if (!pending.collection.take()) return false
    await refreshCollection(context)
    pending.collection.done()
    return true
  }

  return {
    /** `isComplete`: every published object has a file, or is pending. @throws as `refresh` and FileRecord */
    async writeAll({ isComplete }: { isComplete: boolean }): Promise<void> {
      while (
        (isComplete && (await publish())) ||
        (await writeObjects()) ||
        (await writeResponses()) ||
        (await writeList()) ||
        (await writeCollection())
      );
    },
    /** When there is something to do, if nothing is added. */
    nextAt(): number {
      return Math.min(
        manifestBy,
        record.isNoted() ? manifestFrom : Infinity,
        pending.lists.isDue() ? listsFrom : Infinity,
      )
    },
    /** After a failure: a round of lists begins anew. */
    restart(): void {
      unwritten = []
    },
  }
}

const pauseAfter = (took: number): number => Math.max(PAUSE.ms, took * PAUSE.times)
