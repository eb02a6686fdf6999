/** Streams a run's progress to subscribers in any process, complete and in order. */
import { isDeepStrictEqual } from 'node:util'
import type { Run, RunItem } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
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
export async function* followRun(deps: Deps, runId: number, after?: number): AsyncGenerator<Progress> {
  const { db } = deps
  const find = () => db.run.findUnique({ where: { id: runId } })
  // Listen before the state is read, so that no change is missed.
  const bell = createBell(deps.events.subscribeToRuns(), (change) => change.runId === runId)
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
      if (!(await bell.next())) return
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
export async function* followRuns({ db, events }: Deps): AsyncGenerator<Run> {
  const bell = createBell(events.subscribeToRuns(), ({ itemId }) => itemId === null)
  try {
    const where = { state: { in: ['QUEUED', 'RUNNING'] } }
    yield* await db.run.findMany({ where, orderBy: { id: 'asc' } })
    for (let rung = await bell.next(); rung; rung = await bell.next()) {
      const last = rung.at(-1)
      if (!last) continue // a pause without changes
      const ids = [...new Set(rung.map(({ runId }) => runId))]
      yield* await readOnce(last, ids, () =>
        db.run.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } }),
      )
    }
  } finally {
    bell.close()
  }
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

/**
 * Yields once for all changes since the last read, and after a pause without changes, so that a closed subscriber is
 * noticed. Null: no more changes.
 */
function createBell(changes: AsyncIterable<RunChange>, concerns: (change: RunChange) => boolean) {
  const iterator = changes[Symbol.asyncIterator]()
  let heard: RunChange[] = []
  let isOver = false
  let ring = Promise.withResolvers<void>()
  const listen = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (!concerns(next.value)) continue
      heard.push(next.value)
      ring.resolve()
    }
  }
  void listen().finally(() => {
    isOver = true
    ring.resolve()
  })
  const timer = setInterval(() => ring.resolve(), LOOK_MS)

  return {
    async next(): Promise<RunChange[] | null> {
      await ring.promise
      const now = heard
      heard = []
      if (!isOver) ring = Promise.withResolvers<void>()
      return isOver ? null : now
    },
    close(): void {
      clearInterval(timer)
      void iterator.return?.()
    },
  }
}
