/** Streams a run's progress to subscribers in any process, complete and in order. */
import { isDeepStrictEqual } from 'node:util'
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { createEventStream } from '#server/live/event-stream.ts'
import type { Events, RunChange } from '#server/live/events.ts'
import { readOnce } from '#server/live/shared-read.ts'

export type Progress = { run: Run; item: RunItem | null }

type Deps = { db: Database; events: Pick<Events, 'subscribeToRuns'> }

const PAGE = 500
/** Finished items that a stream starts with, unless the subscriber names the last item it has seen. */
const REPLAYED = 1_000
/** Poll interval, because announcements through Redis can be lost. */
const LOOK_MS = 2_000

/**
 * Yields the current state, then each finished item in order and each other change of the run, then its final state.
 * Items are read from the database by their sequence; announcements only trigger a read.
 */
export function followRun({ db, events }: Deps, runId: number, after?: number): AsyncIterable<Progress> {
  // Listen before the state is read, so that no change is missed.
  const bell = createBell(events.subscribeToRuns(), (change) => change.runId === runId)
  const progress = readProgress(db, bell, runId, after)
  const steps: AsyncIterableIterator<Progress> = {
    next: () => progress.next(),
    return() {
      bell.close() // a generator that waits does not notice that it was closed
      return progress.return(undefined)
    },
    [Symbol.asyncIterator]: () => steps,
  }
  return steps
}

async function* readProgress(
  db: Database,
  bell: Bell,
  runId: number,
  after?: number,
): AsyncGenerator<Progress, undefined> {
  const find = () => db.run.findUnique({ where: { id: runId } })
  try {
    let run = await find()
    if (!run) return
    yield { run, item: null }
    let reported = run
    let last = after ?? Math.max(0, run.done + run.failed - REPLAYED)
    for (;;) {
      for await (const item of finishedItems(db, runId, last)) {
        last = item.sequence ?? last
        yield { run, item }
        reported = run
      }
      if (run.endedAt) {
        yield { run, item: null }
        return
      }
      // An item can come with a state from before it was counted; that state is not final.
      if (differs(run, reported)) yield { run, item: null }
      reported = run
      if (!(await bell.rings())) return
      // Read the state before the items: once the run has ended, all items are there.
      run = await find()
      if (!run) return
    }
  } finally {
    bell.close()
  }
}

function differs(one: Run, other: Run): boolean {
  return !isDeepStrictEqual(one, { ...other, heartbeatAt: one.heartbeatAt })
}

/** Yields the current runs, then each change of state and, while a run works, its counts every few seconds. */
export async function followRuns({ db, events }: Deps): Promise<AsyncIterable<Run>> {
  // Listen before the runs are read, so that no change is missed.
  const changes = events.subscribeToRuns()[Symbol.asyncIterator]()
  const runs = createEventStream<Run>(() => void changes.return?.())
  const read = (where: Prisma.RunWhereInput) => db.run.findMany({ where, orderBy: { id: 'asc' } })
  const current = await read({ state: { in: ['QUEUED', 'RUNNING'] } }).catch((error: unknown) => {
    runs.end()
    throw error
  })
  for (const run of current) runs.push(run)

  async function follow(): Promise<void> {
    for (let next = await changes.next(); !next.done; next = await changes.next()) {
      const { runId: id, itemId } = next.value
      if (itemId !== null) continue
      for (const run of await readOnce(next.value, 'run', () => read({ id }))) runs.push(run)
    }
  }

  // After an outage of the database the client subscribes again.
  void follow()
    .catch(() => undefined)
    .finally(runs.end)
  return runs
}

async function* finishedItems(db: Database, runId: number, after: number): AsyncGenerator<RunItem> {
  for (let last = after; ; ) {
    const page = await db.runItem.findMany({
      where: { runId, sequence: { gt: last } },
      orderBy: { sequence: 'asc' },
      take: PAGE,
    })
    yield* page
    last = page.at(-1)?.sequence ?? last
    if (page.length < PAGE) return
  }
}

type Bell = ReturnType<typeof createBell>

/** Rings once for all changes since it was last heard, and after a pause without changes. */
function createBell(changes: AsyncIterable<RunChange>, concerns: (change: RunChange) => boolean) {
  const iterator = changes[Symbol.asyncIterator]()
  let isOver = false
  let ring = Promise.withResolvers<void>()
  const listen = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      if (concerns(next.value)) ring.resolve()
  }
  void listen().finally(() => {
    isOver = true
    ring.resolve()
  })
  const timer = setInterval(() => ring.resolve(), LOOK_MS)

  return {
    /** Waits. False: no more changes. */
    async rings(): Promise<boolean> {
      await ring.promise
      if (!isOver) ring = Promise.withResolvers<void>()
      return !isOver
    },
    close(): void {
      clearInterval(timer)
      void iterator.return?.()
    },
  }
}
