/** Starts, watches over and ends runs; one of a kind at a time, across processes. */
import type { FastifyBaseLogger } from 'fastify'
import type { RenewalRun } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/caller.ts'
import type { Events } from '#server/events.ts'
import { type RunContext, type RunKind, type RunReport, runKinds } from '#server/jobs/run-kinds.ts'
import { ConflictError, NotFoundError } from '#server/services/operation-error.ts'

const HEARTBEAT_MS = 3_000
/** A run without a heartbeat for so long has lost its process. */
const LOST_AFTER_MS = 30_000

export type Runs = {
  /** Starts it in this process and answers at once. @throws ConflictError when one of the kind is running */
  start(caller: Caller, kind: RunKind): Promise<RenewalRun>
  /** It ends after the item it is at. @throws NotFoundError, ConflictError when it has ended */
  cancel(id: number): Promise<RenewalRun>
  /** Ends the runs of this process, and waits for them. */
  close(): Promise<void>
}

export function createRuns(
  context: RunContext,
  events: Pick<Events, 'announceRun'>,
  log: FastifyBaseLogger,
): Runs {
  const { db } = context
  const closing = new AbortController()
  const running = new Set<Promise<void>>()
  /** Of the runs in this process; others hear of a wish to cancel with their next heartbeat. */
  const cancels = new Map<number, AbortController>()

  /** What another process left behind when it ended. */
  async function endLostRuns(kind: RunKind): Promise<void> {
    const lost = { kind, state: 'RUNNING', heartbeatAt: { lt: new Date(Date.now() - LOST_AFTER_MS) } }
    const data = { state: 'FAILED', endedAt: new Date(), error: 'The process that ran it ended.' }
    await db.renewalRun.updateMany({ where: lost, data })
  }

  async function execute(run: RenewalRun, caller: Caller, kind: RunKind): Promise<void> {
    const cancelled = new AbortController()
    cancels.set(run.id, cancelled)
    const signal = AbortSignal.any([cancelled.signal, closing.signal])
    let total: number | undefined
    const beat = async () => {
      const where = { id: run.id }
      const data = { heartbeatAt: new Date(), ...(total === undefined ? {} : { total }) }
      const { cancelRequested } = await db.renewalRun.update({ where, data })
      if (cancelRequested) cancelled.abort()
      events.announceRun({ runId: run.id, itemId: null })
    }
    const heartbeat = setInterval(
      () => void beat().catch((err) => log.warn({ err }, 'run heartbeat')),
      HEARTBEAT_MS,
    )
    const report: RunReport = {
      signal,
      total: (count) => {
        total = count
      },
      item: async (resource, { ok, message = null }: { ok: boolean; message?: string | null }) => {
        const counted = ok ? { done: { increment: 1 } } : { failed: { increment: 1 } }
        const [item] = await db.$transaction([
          db.renewalRunItem.create({ data: { runId: run.id, resource, ok, message } }),
          db.renewalRun.update({
            where: { id: run.id },
            data: { ...counted, ...(total === undefined ? {} : { total }) },
          }),
        ])
        events.announceRun({ runId: run.id, itemId: item.id })
      },
    }
    const ending = await runKinds[kind](context, caller, report).then(
      () => ({ state: 'SUCCEEDED', error: null }),
      (error: unknown) => (signal.aborted ? { state: 'CANCELLED', error: null } : failure(error)),
    )
    clearInterval(heartbeat)
    cancels.delete(run.id)
    const data = { ...ending, endedAt: new Date(), ...(total === undefined ? {} : { total }) }
    await db.renewalRun.update({ where: { id: run.id }, data })
    events.announceRun({ runId: run.id, itemId: null })
  }

  function failure(error: unknown) {
    log.error({ err: error }, 'a run failed')
    return { state: 'FAILED', error: error instanceof Error ? error.message : String(error) }
  }

  return {
    async start(caller, kind) {
      await endLostRuns(kind)
      const run = await db.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('inmor:run'))`
        const other = await tx.renewalRun.findFirst({ where: { kind, state: 'RUNNING' } })
        if (other) throw new ConflictError('A run of this kind is under way; watch it, or cancel it first.')
        return tx.renewalRun.create({ data: { kind, startedBy: caller.name } })
      })
      const work = execute(run, caller, kind)
        .catch((err) => log.error({ err }, 'the end of a run could not be recorded'))
        .finally(() => running.delete(work))
      running.add(work)
      return run
    },

    async cancel(id) {
      const run = await db.renewalRun.findUnique({ where: { id } })
      if (!run) throw new NotFoundError('There is no such run.', 'id')
      const { count } = await db.renewalRun.updateMany({
        where: { id, state: 'RUNNING' },
        data: { cancelRequested: true },
      })
      if (count === 0) throw new ConflictError('It has ended already.', 'id')
      cancels.get(id)?.abort()
      return { ...run, cancelRequested: true }
    },

    async close() {
      closing.abort()
      await Promise.all(running)
    },
  }
}
