/**
 * Keeps the folder of an export equal to what is published: compares all at the start and each hour, follows each change, and signs
 * the manifest after it and each minute.
 */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { trustMarkFile } from '../files/place.ts'
import { refreshCollection } from './collection.ts'
import { compareAll, type Export, typesWithFolder } from './comparison.ts'
import {
  createCount,
  lists,
  refresh,
  resolved,
  statement,
  statusList,
  trustMark,
  trustMarkList,
  wantedOf,
} from './files.ts'
import { createPending } from './pending.ts'

/** Milliseconds between comparisons. */
const COMPARISON_MS = 3_600_000
/** Milliseconds after a failure: the first wait, which doubles, and the longest. */
const RETRY = { first: 1_000, longest: 60_000 }
/** The shortest time between two writes of the lists, in milliseconds and in times of how long the last one took. */
const LISTS = { pause: 500, times: 4 }
/** Milliseconds until the manifest is signed again, although nothing changed. */
const MANIFEST_MS = 60_000

/** Ends when the signal aborts. */
export async function follow(
  context: Export,
  { log, signal }: { log: FastifyBaseLogger; signal: AbortSignal },
): Promise<void> {
  const pending = createPending()
  let listsFrom = 0
  let manifestFrom = 0

  async function compare(): Promise<void> {
    const started = performance.now()
    const count = createCount()
    for await (const _ of compareAll({ ...context, count })) {
      signal.throwIfAborted()
      await followChanges()
    }
    log.info({ ...count, milliseconds: Math.round(performance.now() - started) }, 'The export was compared')
  }

  async function followChanges(): Promise<void> {
    for (let some = pending.takeSome(); some; some = pending.takeSome()) {
      if (some.subjects.length > 0) await writeStatusLists()
      const types = some.subjects.length > 0 ? await typesWithFolder(context.folder) : []
      const marks = await Promise.all(some.subjects.map((subject) => marksOf(context, subject, types)))
      await refresh(context, [...some.subordinates.map(statement), ...marks.flat()])
      await refresh(context, [...new Set([...some.subordinates, ...some.subjects])].map(resolved))
    }
    if (performance.now() >= listsFrom && pending.takeLists()) await writeLists()
    if (pending.takeCollection()) await refreshCollection(context)
  }

  /** A revocation of any subject may be in any of them. A list without a change has the same answer. */
  async function writeStatusLists(): Promise<void> {
    await refresh(context, (await context.reader.statusLists()).map(statusList))
  }

  async function writeLists(): Promise<void> {
    const started = performance.now()
    const types = await context.reader.trustMarkTypes()
    await refresh(context, [...lists, ...types.map(trustMarkList)])
    const ended = performance.now()
    listsFrom = ended + Math.max(LISTS.pause, (ended - started) * LISTS.times)
  }

  /** Once the lists have what the files have. Before a comparison, nothing says that the files are current. */
  async function publish(): Promise<void> {
    if (pending.isAll() || pending.areListsOld()) return
    const isDue = performance.now() >= manifestFrom
    if (isDue)
      await refresh(
        context,
        context.record.ended().flatMap((path) => wantedOf(path) ?? []),
      )
    if (!isDue && !context.record.isChanged()) return
    await context.record.publish()
    manifestFrom = performance.now() + MANIFEST_MS
  }

  /** Something was added, or the lists or the manifest are due. */
  async function next(added: Promise<void>): Promise<void> {
    const from = pending.areListsOld() ? listsFrom : manifestFrom
    const timer = new AbortController()
    const pause = setTimeout(Math.max(1, from - performance.now()), undefined, {
      ref: false,
      signal: timer.signal,
    })
    await Promise.race([added, pause.catch(() => undefined)])
    timer.abort()
  }

  signal.addEventListener('abort', pending.wake, { once: true })
  context.reader.onChange(pending.add)
  const timer = setInterval(pending.addAll, COMPARISON_MS).unref()
  for (let retry = RETRY.first; !signal.aborted; ) {
    const added = pending.added() // also what is added while this pass works
    try {
      if (pending.takeAll()) await compare()
      await followChanges()
      await publish()
      retry = RETRY.first
      await next(added)
    } catch (err) {
      if (signal.aborted) break
      log.error({ err }, 'The export could not be written, and the files stay as they are')
      pending.addAll()
      await setTimeout(retry, undefined, { signal }).catch(() => undefined)
      retry = Math.min(retry * 2, RETRY.longest)
    }
  }
  clearInterval(timer)
}

/** The marks that the subject has, and those of these types that have a file. */
async function marksOf({ reader, folder }: Export, subject: string, types: readonly string[]) {
  const held = (await reader.trustMarksOf(subject)).map(({ type }) => type)
  const written = types.filter((type) => {
    const file = trustMarkFile(type, subject)
    return file !== null && folder.has(file)
  })
  return [...new Set([...held, ...written])].map((type) => trustMark(type, subject))
}
