/** Starts and cancels runs, and recovers runs that lost their worker. Workers execute them (run-execution.ts). */
import { getMember, isJsonObject } from '#core/json.ts'
import { Prisma, type Run } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import { crawlDue, evaluationDue, isCrawlDue, isEvaluationDue, markCrawl } from '#server/jobs/kind/due.ts'
import type { RunItemInput, RunKindRow, RunOptions } from '#server/jobs/kind/row.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import { type RunKind, runKindOf, runKinds } from '#server/jobs/run-kinds.ts'
import { isDryRun } from '#server/jobs/task.ts'
import type { Events } from '#server/live/events.ts'
import { approvalIdOf } from '#server/services/protection/approval.ts'
import { recordChange } from '#server/services/write.ts'

/** Seconds without a heartbeat after which a run has lost its worker. */
const LOST_SECONDS = 20

const silent = Prisma.sql`"heartbeatAt" < now() AT TIME ZONE 'utc' - make_interval(secs => ${LOST_SECONDS})`

/** Whether runs wait for `lookAfter`, as a part of SQL. */
export const hasLostRuns = Prisma.sql`(${evaluationDue} OR ${crawlDue} OR EXISTS (SELECT 1 FROM "Run"
  WHERE "state" IN ('QUEUED', 'RUNNING') AND (${silent} OR ("state" = 'QUEUED' AND "cancelRequested"))))`

export type Runs = {
  /** Queues a run for the next free worker. @throws ConflictError if one of this kind is queued or running */
  start(caller: Caller, kind: RunKind, options?: RunOptions): Promise<Run>
  /**
   * Does what a dry run said, to exactly the objects that it named. An object for which that would be something else now
   * fails. @throws NotFoundError, ConflictError
   */
  executeDryRun(caller: Caller, id: number, reason?: string): Promise<Run>
  /** Cancels a run after its current items. @throws NotFoundError, ConflictError if it has ended */
  cancel(caller: Caller, id: number): Promise<Run>
  /** Starts a crawl, or sees that another one follows the present one, which may have missed what changed. */
  crawl(caller: Caller): Promise<void>
  /** Looks for runs that lost their worker or their order, and for an evaluation or a crawl that is due. */
  lookAfter(): Promise<void>
}

type RunsDeps = {
  db: Database
  queue: Pick<JobQueue, 'orderRun'>
  events: Pick<Events, 'announceRun'>
  now: Clock
}

export function createRuns({ db, queue, events, now }: RunsDeps): Runs {
  const announce = (runId: number) => events.announceRun({ runId, itemId: null })
  const announceQueued = (runId: number) => events.announceRun({ runId, itemId: null, isQueued: true })

  async function lookAfter(): Promise<void> {
    for (const id of await watch(db, queue, now)) announceQueued(id)
    if (await isEvaluationDue(db)) await startOnce(jobCaller('evaluate-subordinates'), 'EVALUATION')
    if (await isCrawlDue(db)) await startOnce(jobCaller('walk-collection'), 'COLLECTION')
  }

  /** Another process may start it at the same moment. */
  async function startOnce(caller: Caller, kind: RunKind): Promise<void> {
    await start(caller, kind).catch((error: unknown) => {
      if (!(error instanceof ConflictError)) throw error
    })
  }

  async function start(caller: Caller, kind: RunKind, options: RunOptions = {}): Promise<Run> {
    const run = await recordChange(db, caller, async (tx) => {
      const result = await create(tx, queue, caller, kind, options)
      // The run records that a schedule started it.
      if (caller.method === 'job') return { action: null, result }
      return { action: options.action ?? runKinds[kind].action, ...recorded(result), result }
    })
    announceQueued(run.id)
    return run
  }

  return {
    start,

    async executeDryRun(caller, id, reason) {
      const run = await recordChange(db, caller, async (tx) => {
        const dryRun = await findDryRun(tx, id)
        const parameters = { ...dryRun.parameters, dryRun: false, ...(reason ? { reason } : {}) }
        const { id: runId } = await create(tx, queue, caller, dryRun.kind, { parameters })
        const { total, digest } = await copyItems(tx, id, runId)
        if (total === 0) throw new ConflictError('The dry run found nothing to do.', 'id')
        const result = await tx.run.update({ where: { id: runId }, data: { total } })
        const { resource, after } = recorded(result)
        return { action: 'executeDryRun', resource, after: { ...after, dryRun: id, items: digest }, result }
      })
      announceQueued(run.id)
      return run
    },

    async cancel(caller, id) {
      const run = await recordChange(db, caller, async (tx) => {
        const requested = await requestEnd(tx, id)
        const result = requested.state === 'QUEUED' ? await endQueued(tx, requested, now()) : requested
        return { action: 'cancelRun', ...recorded(requested), result }
      })
      announce(id)
      return run
    },

    crawl: async (caller) => void ((await markCrawl(db)) || (await startOnce(caller, 'COLLECTION'))),

    lookAfter,
  }
}

async function create(
  tx: Transaction,
  queue: Pick<JobQueue, 'orderRun'>,
  caller: Caller,
  kind: RunKind,
  { parameters = {}, items, also }: RunOptions,
): Promise<Run> {
  await lock(tx, 'inmor:run')
  const { inWords = 'run of this kind', apartBy }: RunKindRow = runKinds[kind]
  const where = { kind, state: { in: ['QUEUED', 'RUNNING'] } }
  const others = await tx.run.findMany({ where, select: { parameters: true } })
  const isOther = (run: { parameters: Prisma.JsonValue }) =>
    apartBy === undefined || memberOf(run.parameters, apartBy) === parameters[apartBy]
  if (others.some(isOther)) {
    throw new ConflictError(`Another ${inWords} is still running. Wait until it ends, or cancel it.`)
  }
  const { name, method, requestId = null } = caller
  const startedBy = { startedBy: name, startedMethod: method, requestId }
  const total = items ? { total: items.length } : {}
  const approvalId = approvalIdOf(caller)
  const data = { kind, parameters, ...startedBy, ...total, approvalId }
  const run = await tx.run.create({ data })
  if (items) await addItems(tx, run.id, items)
  await also?.(tx)
  await queue.orderRun(tx, run.id)
  return run
}

/** As one parameter: with one for each value, ten thousand items would keep the process from other work for a second. */
export async function addItems(
  tx: Transaction,
  runId: number,
  items: readonly RunItemInput[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "RunItem" ("runId", "key", "resource", "input")
    SELECT ${runId}::int, coalesce(item->>'key', ''), item->>'resource', item->'input'
    FROM jsonb_array_elements(${JSON.stringify(items)}::jsonb) WITH ORDINALITY AS listed(item, place)
    ORDER BY place`
}

const memberOf = (parameters: Prisma.JsonValue, name: string) =>
  isJsonObject(parameters) ? getMember(parameters, name) : undefined

async function requestEnd(tx: Transaction, id: number): Promise<Run> {
  const before = await tx.run.findUnique({ where: { id } })
  if (!before) throw new NotFoundError('There is no such run.', 'id')
  const [run] = await tx.run.updateManyAndReturn({
    where: { id, state: { in: ['QUEUED', 'RUNNING'] } },
    data: { cancelRequested: true },
  })
  if (!run) throw new ConflictError('It has ended already.', 'id')
  return run
}

/** A worker that takes the run over now finds it ended, or sees the cancellation. */
async function endQueued(tx: Transaction, run: Run, endedAt: Date): Promise<Run> {
  const { id } = run
  const [ended] = await tx.run.updateManyAndReturn({
    where: { id, state: 'QUEUED' },
    data: { state: 'CANCELLED', endedAt },
  })
  if (!ended) return run
  await tx.runItem.deleteMany({ where: { runId: id, ok: null } })
  return ended
}

/** The part of a run that the audit log keeps. */
function recorded({ id, kind, parameters, total, done, failed }: Run) {
  const shown = runKindOf(kind)?.shownParameters?.(parameters) ?? parameters
  return { resource: String(id), after: { kind, parameters: shown, total, done, failed } }
}

/**
 * Queues runs that lost their worker, unless they were cancelled, and gives an order to each run that has none. Returns
 * the queued ones.
 */
async function watch(db: Database, queue: Pick<JobQueue, 'orderRun'>, now: Clock): Promise<number[]> {
  const lost = await db.$queryRaw<{ id: number }[]>`
    UPDATE "Run" SET "state" = 'QUEUED', "current" = NULL
    WHERE "state" = 'RUNNING' AND ${silent} RETURNING "id"`
  const unwanted = await db.run.findMany({ where: { state: 'QUEUED', cancelRequested: true } })
  for (const run of unwanted) await db.$transaction((tx) => endQueued(tx, run, now()))
  const waiting = await db.$queryRaw<{ id: number }[]>`
    SELECT "id" FROM "Run" WHERE "state" = 'QUEUED' AND ${silent}`
  for (const { id } of waiting) await db.$transaction((tx) => queue.orderRun(tx, id))
  return lost.map(({ id }) => id)
}

type DryRun = { kind: RunKind; parameters: Prisma.JsonObject }

/** @throws NotFoundError, ConflictError */
async function findDryRun(tx: Transaction, id: number): Promise<DryRun> {
  const run = await tx.run.findUnique({ where: { id } })
  if (!run || !runKindOf(run.kind) || !isDryRun({ run }))
    throw new NotFoundError('There is no such dry run.', 'id')
  if (run.state !== 'SUCCEEDED')
    throw new ConflictError(`The dry run ${run.endedAt ? 'did not succeed' : 'has not ended yet'}.`, 'id')
  return { kind: run.kind as RunKind, parameters: run.parameters as Prisma.JsonObject } // as just checked
}

/** Copies what would be done, and returns a hash over it. */
async function copyItems(
  tx: Transaction,
  from: number,
  to: number,
): Promise<{ total: number; digest: string }> {
  await tx.$executeRaw`
    INSERT INTO "RunItem" ("runId", "key", "resource", "input", "effect")
    SELECT ${to}::int, "key", "resource", "input", "effect" FROM "RunItem"
    WHERE "runId" = ${from} AND "ok" AND NOT "skipped" ORDER BY "id"`
  const [found] = await tx.$queryRaw<[{ total: number; digest: string | null }]>`
    SELECT count(*)::int AS "total", encode(sha256(string_agg(sha256(convert_to(
      jsonb_build_array("key", "resource", "input", "effect")::text, 'UTF8')), ''::bytea ORDER BY "id")), 'hex') AS "digest"
    FROM "RunItem" WHERE "runId" = ${to}`
  return { total: found.total, digest: found.digest ?? '' }
}
