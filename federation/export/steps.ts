/**
 * Writes what is pending in steps. After each, what is most urgent is next: objects, which also go between the parts of a list, new
 * responses, a list. The manifest is in between.
 */
import { setImmediate } from 'node:timers/promises'
import { TOLERANCE_MS } from '../files/manifest.ts'
import { resolvedFile, trustMarkFile } from '../files/place.ts'
import { refreshCollection } from './collection.ts'
import { type Export, removeCompromised, typesWithFolder } from './comparison.ts'
import {
  readCompromisedKids,
  refresh,
  resolved,
  statement,
  statusList,
  trustMark,
  type Wanted,
  wantedOf,
} from './files.ts'
import { type List, refreshList, subordinateLists, trustMarkList } from './lists.ts'
import type { Pending } from './pending.ts'

/** Milliseconds until the manifest is signed again, although nothing changed. */
const MANIFEST_MS = 60_000

/** Times are monotonic milliseconds. */
export function createSteps(context: Export, pending: Pending, signal: AbortSignal) {
  const { reader, folder, record } = context
  const [listPauses, manifestPauses] = [createPauses(), createPauses()]
  let unwritten: List[] = []
  let isEntering = false
  let manifestBy = 0
  /** The compromised keys of which no file is left. */
  let withoutKids: ReadonlySet<unknown> = new Set()

  /** Some of those that changed. What a compromised key signed goes before. */
  async function writeObjects(): Promise<boolean> {
    const kids = readCompromisedKids(context.keyFiles)
    if ([...kids].some((kid) => !withoutKids.has(kid))) {
      await removeCompromised(context, kids)
      withoutKids = kids
      manifestBy = 0 // it may be signed with such a key too
    }
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
    const marksOfOne = async (subject: string) => {
      const held = (await reader.trustMarksOf(subject)).map(({ type }) => type)
      const written = types.filter((type) => {
        const file = trustMarkFile(type, subject)
        return file !== null && folder.has(file)
      })
      return [...new Set([...held, ...written])].map((type) => trustMark(type, subject))
    }
    const [numbers, ...marks] = await Promise.all([reader.statusLists(), ...subjects.map(marksOfOne)])
    return [...numbers.map(statusList), ...marks.flat()]
  }

  /** The first ones of new members. */
  async function writeResponses(): Promise<boolean> {
    const subjects = pending.takeResponses()
    await refresh(context, subjects.map(resolved))
    return subjects.length > 0
  }

  /** A part of the hash tree, or the manifest after the last part. */
  async function publish(): Promise<boolean> {
    const started = performance.now()
    const isLast = started >= manifestBy
    if (!isEntering && !isLast && started < manifestPauses.next()) return false
    isEntering = record.enterPart()
    const isDue = !isEntering && (isLast || record.isChanged())
    if (isDue) {
      if (isLast) await refreshEnded()
      await record.publish(pending.writtenUntil())
      // One that is certainly younger than a change: until then, readers do not know whether the files have it.
      const certain = pending.changedAt() + 2 * TOLERANCE_MS - Date.now()
      manifestBy = performance.now() + (certain > 0 ? certain : MANIFEST_MS)
    }
    manifestPauses.worked(started)
    if (!isEntering) manifestPauses.begin()
    return isEntering || isDue
  }

  async function refreshEnded(): Promise<void> {
    const ended = record.ended().flatMap((path) => wantedOf(path) ?? [])
    await refresh(context, ended)
  }

  async function writeList(): Promise<boolean> {
    const started = performance.now()
    if (unwritten.length === 0) {
      if (started < listPauses.next() || !pending.lists.take()) return false
      unwritten = [...subordinateLists, ...(await reader.trustMarkTypes()).map(trustMarkList)]
    }
    for (const list of unwritten.splice(0, 1)) await refreshList({ ...context, between: writeObjects }, list)
    listPauses.worked(started)
    if (unwritten.length > 0) return true
    pending.lists.done()
    listPauses.begin()
    return true
  }

  async function writeCollection(): Promise<boolean> {
    if (!pending.collection.take()) return false
    await refreshCollection(context)
    pending.collection.done()
    return true
  }

  const writeOthers = async () => (await writeResponses()) || (await writeList()) || (await writeCollection())

  return {
    writeObjects,
    /**
     * `isComplete`: every published object has a file, or is pending. Before that, no manifest is signed.
     * @throws as `refresh` and FileRecord, and what the signal says
     */
    async writeAll({ isComplete }: { isComplete: boolean }): Promise<void> {
      for (let isWorking = true; isWorking; ) {
        const isPublishing = isComplete && (await publish())
        // Between the parts, what is most urgent only, so that few changes are left for the last one.
        const isWriting = (await writeObjects()) || (!isEntering && (await writeOthers()))
        isWorking = isPublishing || isWriting
        await setImmediate() // lets changes come in
        signal.throwIfAborted()
      }
    },
    /** When there is something to do, if nothing is added. */
    nextAt(): number {
      return Math.min(
        manifestBy,
        record.isNoted() ? manifestPauses.next() : Infinity,
        pending.lists.isDue() ? listPauses.next() : Infinity,
      )
    },
    /** After a failure: the lists are written from the first one, and the tree changes when a manifest is due. */
    restart(): void {
      unwritten = []
      isEntering = false
    },
  }
}

/** Between two of the same work: half a second, and four times as long as the last one took. */
function createPauses() {
  let [took, from] = [0, 0]
  return {
    next: () => from,
    worked(since: number): void {
      took += performance.now() - since
    },
    begin(): void {
      from = performance.now() + Math.max(500, 4 * took)
      took = 0
    },
  }
}
