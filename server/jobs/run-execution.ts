/** Executes a run: a few items at a time, with retries after temporary failures, until all are finished. */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Run, RunItem } from '#prisma/generated/client/client.ts'
import { OperationError, SigningUnavailableError } from '#server/error/operation-error.ts'
import { type Caller, runCaller } from '#server/identity/caller.ts'
import { runWithOrigin } from '#server/identity/origin.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { toPresentKind } from '#server/jobs/earlier-runs.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { findRefusal, retryDelay, TRIES } from '#server/jobs/run-check.ts'
import { runKindOf } from '#server/jobs/run-kinds.ts'
import {
  createLedger,
  type FinishedItem,
  type Ledger,
  RunLostError,
  takeOverRun,
} from '#server/jobs/run-ledger.ts'
import { isDryRun, isIndependent, type Task } from '#server/jobs/task.ts'
import type { Events } from '#server/live/events.ts'
import { PUBLICATION_PATIENCE_MS } from '#server/publish/publisher.ts'
import { asShown, runWithApproval } from '#server/services/protection/approval.ts'

/** Items that are worked on at a time, unless the kind says otherwise. */
const CONCURRENCY = 8
const HEARTBEAT_MS = 2_000
const SIGNING_DELAY_MS = 2_000
/** Milliseconds for adding the items; the default of 5 seconds is short for 100,000 of them. */
const PREPARATION_MS = 60_000
/** After this many attempts the run counts as the cause of its workers' ends. */
const MAXIMUM_ATTEMPTS = 20

type Parts = { context: RunContext; events: Pick<Events, 'announceRun'>; log: FastifyBaseLogger }
/** `caller`: who started the run, with the approval of the start. */
type Work = Parts & { caller: Caller }

/** Continues a run that was started before. @throws an error that another attempt may not meet */
export async function executeRun(parts: Parts, runId: number, outer: AbortSignal): Promise<void> {
  const taken = await takeOverRun(parts.context.db, runId)
  const run = taken && (await toPresentKind(parts.context, taken))
  if (!run) return
  const origin = run.requestId === null ? { runId } : { runId, requestId: run.requestId }
  await runWithOrigin(origin, () => approved(run, (caller) => execute({ ...parts, caller }, run, outer)))
}

/** The approval of its start covers each change that it makes. */
function approved(run: Run, work: (caller: Caller) => Promise<void>): Promise<void> {
  const { approvalId } = run
  const caller = runCaller(run)
  return approvalId === null
    ? work(caller)
    : runWithApproval(caller, { approvalId, effect: null, use: null }, work)
}

async function execute(parts: Work, run: Run, outer: AbortSignal): Promise<void> {
  const { id: runId, kind, attempts } = run
  parts.log.info({ kind, attempt: attempts }, 'a run was taken up')
  const { observe } = parts.context
  const ledger = observe.ledger(createLedger(parts.context, run), run)
  const announce = () => parts.events.announceRun({ runId, itemId: null })
  announce()
  try {
    await attempt(parts, run, ledger, outer)
  } catch (error) {
    if (error instanceof RunLostError) return parts.log.warn('another worker took over the run')
    await ledger.release().catch((err) => parts.log.warn({ err }, 'the run could not be handed over'))
    throw error
  } finally {
    announce()
  }
}

async function attempt(parts: Work, run: Run, ledger: Ledger, outer: AbortSignal): Promise<void> {
  const kind = runKindOf(run.kind)
  if (!kind) return ledger.end('FAILED', `This version knows no runs of the kind ${run.kind}.`)
  if (run.attempts > MAXIMUM_ATTEMPTS)
    return ledger.end('FAILED', `Its worker ended ${MAXIMUM_ATTEMPTS} times before the run did.`)
  if (run.cancelRequested) return ledger.end('CANCELLED')
  if (run.total === null) await prepare(parts.context, run, kind)
  const work = createWork(parts, run, kind, ledger, outer)
  let refusal: string | null = null
  try {
    refusal = await work.refusal()
    if (refusal === null) await work.throughAllItems()
  } catch (error) {
    if (!work.isCancelled()) throw error
    return ledger.end('CANCELLED')
  } finally {
    work.stop()
  }
  if (refusal !== null) return ledger.end('FAILED', refusal)
  await parts.context.publisher.flush(PUBLICATION_PATIENCE_MS)
  const failure = kind.isSingle ? work.lastFailure() : await failureOfAll(parts.context, run)
  if (failure !== null) return ledger.end('FAILED', failure)
  if (kind.check && work.lastFailure() !== null && !isDryRun({ run }) && !isIndependent({ run }))
    return ledger.end('PARTLY', 'A part was refused meanwhile. Each object says why. Apply the files again.')
  return ledger.end('SUCCEEDED')
}

/** A run of which every item failed has failed. A dry run has succeeded then: it says what would fail. */
async function failureOfAll({ db }: RunContext, run: Run): Promise<string | null> {
  const { done, failed } = await db.run.findUniqueOrThrow({
    where: { id: run.id },
    select: { done: true, failed: true },
  })
  if (done > 0 || failed === 0 || isDryRun({ run })) return null
  return `No item succeeded: ${failed} failed. Each says why.`
}

/** Adds all items in one transaction, so that a run never continues with a part of them. */
async function prepare(context: RunContext, run: Run, { prepare }: RunKindRow): Promise<void> {
  const runId = run.id
  await context.db.$transaction(
    async (tx) => {
      await prepare?.(tx, run, context)
      const total = await tx.runItem.count({ where: { runId } })
      await tx.run.update({ where: { id: runId }, data: { total } })
    },
    { timeout: PREPARATION_MS },
  )
}

function createWork(parts: Work, run: Run, kind: RunKindRow, ledger: Ledger, outer: AbortSignal) {
  const { context, caller, events, log } = parts
  const stop = new AbortController()
  const signal = AbortSignal.any([outer, stop.signal])
  const underWay = new Set<string>()
  let cancelled = false
  let found: number | undefined
  let failure: string | null = null

  function cancelIf(isWished: boolean): void {
    if (!isWished) return
    cancelled = true
    stop.abort()
  }

  async function beat(): Promise<void> {
    const [current = null] = underWay
    cancelIf(await ledger.beat({ current, ...(found === undefined ? {} : { total: found }) }))
    events.announceRun({ runId: run.id, itemId: null })
  }
  const heartbeat = setInterval(() => {
    beat().catch((err: unknown) => {
      if (err instanceof RunLostError) stop.abort(err)
      else log.warn({ err }, 'run heartbeat')
    })
  }, HEARTBEAT_MS)

  async function finish(item: RunItem, result: FinishedItem): Promise<void> {
    found = undefined // from here on the ledger counts
    cancelIf(await ledger.finish(item, result))
    events.announceRun({ runId: run.id, itemId: item.id })
  }

  const taskOf = (item: RunItem): Task => {
    const onFound = (total: number) => {
      found = total
    }
    // An item of a dry run that is executed does what that said, or fails.
    const by = item.effect === null ? caller : asShown(caller, item.effect)
    return { item, run, caller: by, isResumed: run.attempts > 1, signal, onFound }
  }

  async function workOn(item: RunItem): Promise<void> {
    underWay.add(item.resource)
    try {
      await finish(item, { ok: true, ...(await kind.work(context, taskOf(item))) })
    } catch (error) {
      if (error instanceof RunLostError || signal.aborted) throw error
      await afterFailure(item, error)
    } finally {
      underWay.delete(item.resource)
    }
  }

  async function afterFailure(item: RunItem, error: unknown): Promise<void> {
    const isExpected = error instanceof OperationError
    if (!isExpected) log.error({ err: error, resource: item.resource }, 'an item of a run failed')
    const message = isExpected ? error.message : 'Unexpected error. The server log has the details.'
    // Each other item would fail as well, so the run waits until the key store signs again.
    if (error instanceof SigningUnavailableError) return ledger.postpone(item, SIGNING_DELAY_MS, message)
    const mayPass = isExpected ? error.isRetryable : true
    if (mayPass && item.attempts + 1 < TRIES) return ledger.postpone(item, retryDelay(item.attempts), message)
    failure = message
    await finish(item, { ok: false, message })
  }

  return {
    /** Why nothing is done; null: nothing is in the way. */
    async refusal(): Promise<string | null> {
      const { check } = kind
      if (!check || isIndependent({ run })) return null
      const refuse = (item: RunItem, message: string) => finish(item, { ok: false, message })
      return findRefusal(run, { context, ledger, signal, atATime: CONCURRENCY, check, taskOf, refuse })
    },
    async throughAllItems(): Promise<void> {
      for (;;) {
        const items = await ledger.nextItems()
        for (const phase of phasesOf(items, kind)) {
          const [first] = phase
          const atATime = (first && kind.atATime?.(first)) ?? CONCURRENCY
          await inParallel(phase, atATime, signal, workOn)
        }
        signal.throwIfAborted()
        if (items.length > 0) continue
        const wait = await ledger.untilNextItem()
        if (wait === null) return
        await setTimeout(wait, undefined, { signal })
      }
    },
    isCancelled: () => cancelled,
    lastFailure: () => failure,
    stop: () => clearInterval(heartbeat),
  }
}

function phasesOf(items: readonly RunItem[], { phaseOf }: RunKindRow): RunItem[][] {
  if (!phaseOf) return [[...items]]
  const phases = Map.groupBy(items, phaseOf)
  return [...phases.values()]
}
