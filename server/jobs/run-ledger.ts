/**
 * Records the progress of a run for one worker. Every record names its attempt: once another worker has taken the run
 * over, records of the previous attempt are refused, so each item is finished exactly once.
 */
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { isDryRun, type Outcome } from '#server/jobs/task.ts'
import { createGroups } from '#server/services/groups.ts'

/** Another worker has taken the run over, or it was ended. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError'
}

export type FinishedItem = { ok: boolean } & Outcome
type Finished = { item: RunItem; result: FinishedItem }

export type Ledger = {
  /** The next items to work on, at most a page. */
  nextItems(): Promise<RunItem[]>
  /** The items that are not finished, after the one with this id, at most a page. */
  openItems(after: number): Promise<RunItem[]>
  /** Milliseconds until the next retry of an item; null when every item is finished. */
  untilNextItem(): Promise<number | null>
  /** True when a user has cancelled the run. @throws RunLostError */
  beat(state: { current: string | null; total?: number }): Promise<boolean>
  /** As above. @throws RunLostError, and nothing is recorded */
  finish(item: RunItem, result: FinishedItem): Promise<boolean>
  /** Postpones the item and stores the error. */
  postpone(item: RunItem, milliseconds: number, message: string): Promise<void>
  /** Unfinished items are dropped. */
  end(state: 'SUCCEEDED' | 'PARTLY' | 'FAILED' | 'CANCELLED', error?: string): Promise<void>
  /** Releases the run for another worker. */
  release(): Promise<void>
}

const PAGE = 500

/** Takes over the run; null if it has ended or does not exist. */
export async function takeOverRun(db: Database, id: number): Promise<Run | null> {
  const where = { id, state: { in: ['QUEUED', 'RUNNING'] } }
  const data = { state: 'RUNNING', attempts: { increment: 1 } }
  return db.$transaction(async (tx) => {
    const [run] = await tx.run.updateManyAndReturn({ where, data })
    if (run) await markAlive(tx, run)
    return run ?? null
  })
}

/** The database's clock, because the worker's own may be wrong. */
async function markAlive(db: Database | Transaction, { id, attempts }: Pick<Run, 'id' | 'attempts'>) {
  await db.$executeRaw`UPDATE "Run" SET "heartbeatAt" = now() AT TIME ZONE 'utc'
    WHERE "id" = ${id} AND "attempts" = ${attempts}`
}

export function createLedger({ db, now }: { db: Database; now: Clock }, run: Run): Ledger {
  const { id, attempts } = run
  const mine = { id, attempts, state: 'RUNNING' }
  /** The run that executes a dry run needs it. */
  const keepsInput = isDryRun({ run })

  const finish = createGroups(PAGE, async (finished: readonly Finished[]) => {
    const isCancelled = await record(db, mine, finished, { at: now(), keepsInput })
    return Promise.allSettled(finished.map(() => isCancelled))
  })

  async function update(data: Prisma.RunUpdateManyMutationInput): Promise<Run> {
    const [run] = await db.run.updateManyAndReturn({ where: mine, data })
    if (!run) throw new RunLostError(`Run ${id} is no longer ours.`)
    return run
  }

  return {
    nextItems: () =>
      db.runItem.findMany({
        where: { runId: id, ok: null, OR: [{ notBefore: null }, { notBefore: { lte: now() } }] },
        orderBy: { id: 'asc' },
        take: PAGE,
      }),

    openItems: (after) =>
      db.runItem.findMany({
        where: { runId: id, ok: null, id: { gt: after } },
        orderBy: { id: 'asc' },
        take: PAGE,
      }),

    async untilNextItem() {
      const open = { runId: id, ok: null }
      const { _min, _count } = await db.runItem.aggregate({
        where: open,
        _min: { notBefore: true },
        _count: true,
      })
      return _count === 0 ? null : Math.max(0, (_min.notBefore?.getTime() ?? 0) - now().getTime())
    },

    async beat(state) {
      const { cancelRequested } = await update(state)
      await markAlive(db, mine)
      return cancelRequested
    },

    finish: (item, result) => finish({ item, result }),

    async postpone(item, milliseconds, message) {
      const notBefore = new Date(now().getTime() + milliseconds)
      const data = { attempts: { increment: 1 }, notBefore, message }
      await db.runItem.updateMany({ where: { id: item.id, ok: null }, data })
    },

    async end(state, error) {
      await db.$transaction([
        db.runItem.deleteMany({ where: { runId: id, ok: null, run: mine } }),
        db.run.updateMany({
          where: mine,
          data: { state, endedAt: now(), current: null, error: error ?? null },
        }),
      ])
    },

    async release() {
      await db.run.updateMany({ where: mine, data: { state: 'QUEUED', current: null } })
    },
  }
}

/** Updates the counters first: their row is locked until the commit, so the sequence of items has no gaps. */
async function record(
  db: Database,
  mine: { id: number; attempts: number; state: string },
  finished: readonly Finished[],
  { at, keepsInput }: { at: Date; keepsInput: boolean },
): Promise<boolean> {
  const results = finished.map(({ result }) => result)
  const failures = results.flatMap(({ failures = [] }) => failures)
  const done = results.filter(({ ok }) => ok).length
  const total = results.findLast(({ total }) => total !== undefined)?.total
  return db.$transaction(async (tx) => {
    const [run] = await tx.run.updateManyAndReturn({
      where: mine,
      data: {
        done: { increment: done },
        failed: { increment: results.length - done + failures.length },
        skipped: { increment: results.filter(({ isSkipped }) => isSkipped).length },
        ...(total === undefined ? {} : { total }),
      },
    })
    if (!run) throw new RunLostError(`Run ${mine.id} is no longer ours.`)
    let sequence = run.done + run.failed - results.length - failures.length
    const found = failures.map((it) => ({ ...it, runId: run.id, ok: false, at, sequence: ++sequence }))
    if (found.length > 0) await tx.runItem.createMany({ data: found })
    const rows = finished.map(({ item, result }) => toRow(item, result, ++sequence))
    const count = await tx.$executeRaw`
      UPDATE "RunItem" AS i
      SET "ok" = r.ok, "skipped" = r.skipped, "message" = r.message, "changes" = r.changes, "sequence" = r.sequence,
          "effect" = CASE WHEN ${keepsInput} THEN r.effect ELSE i."effect" END,
          "input" = CASE WHEN ${keepsInput} THEN i."input" END,
          "notBefore" = NULL, "attempts" = i."attempts" + 1, "at" = ${at}::timestamp
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (id int, ok boolean, skipped boolean, message text,
        changes jsonb, effect text, sequence int)
      WHERE i."id" = r.id AND i."ok" IS NULL`
    if (count < rows.length) throw new RunLostError(`An item of run ${run.id} was finished already.`)
    return run.cancelRequested
  })
}

const toRow = ({ id }: RunItem, result: FinishedItem, sequence: number) => {
  const { ok, message, isSkipped = false, changes, effect } = result
  return { id, ok, skipped: isSkipped, message, changes, effect, sequence }
}
