/**
 * Drains the outbox into Redis: after each commit, when Redis returns, and when a look finds changes by other processes.
 * An entry is removed only after its publication, so nothing is lost while Redis is down.
 */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { UnavailableError } from '#server/error/operation-error.ts'
import { leaveCall } from '#server/identity/origin.ts'
import type { PublicationObserver, PublishContext } from '#server/publish/context.ts'
import { createDrain } from '#server/publish/drain.ts'
import { type Found, findWithdrawals } from '#server/publish/found-withdrawals.ts'
import { createLease, LeaseLostError } from '#server/publish/lease.ts'
import { createProgress } from '#server/publish/progress.ts'
import { isForeign, isMarked, isPublished, settle } from '#server/publish/publication-mark.ts'
import { queueEndedKeys } from '#server/publish/published-keys.ts'
import { type RebuildResult, rebuild } from '#server/publish/rebuild.ts'
import { isReachable } from '#store/connect.ts'
import { explainRefusedWrite } from '#store/outage.ts'

const BUSY_RETRY_MS = 100
/** Longer than a lease, which a killed process leaves behind. */
const REBUILD_PATIENCE_MS = 40_000
/** Milliseconds for `flush` where what follows depends on the publication. A mutation waits for less. */
export const PUBLICATION_PATIENCE_MS = 10_000

/** What a look at the database finds. */
export type Unpublished = {
  /** Changes or ended keys wait. */
  isWaiting: boolean
  publicationMark: string | null
}

export type Publisher = {
  /** Publishes what a look found, and what Redis has lost. */
  look(found: Unpublished): Promise<void>
  /**
   * Publishes pending changes, or waits for the process that does. Resolves when they are published or cannot be
   * published now, after `patience` ms at the latest.
   */
  flush(patience?: number): Promise<void>
  /**
   * Republishes everything beside the published data, then swaps. @throws UnavailableError if another process publishes
   * for too long; an error of Redis
   */
  rebuild(): Promise<RebuildResult>
  stop(): Promise<void>
}

export function startPublisher(
  context: PublishContext,
  log: FastifyBaseLogger,
  observe: PublicationObserver,
  /** Makes the database agree with what was found. */
  adopt: (found: Found) => Promise<void>,
): Publisher {
  const { db, redis } = context
  const lease = createLease(db)
  let stopped = false
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<boolean> | undefined
  /** The last drain of this process was interrupted by an error, which is stored. */
  let isFailing = false
  const progress = createProgress(context.now)
  const drainOutbox = createDrain({
    context,
    log,
    observe,
    progress,
    holdLease,
    rebuild: rebuildUnderLease,
    remember,
  })

  /** The lease excludes other processes; within this process, work on Redis is queued here. */
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined) // each caller gets its own failure
    return result
  }

  /** Callers share a drain that has not begun. False while another process publishes. */
  function drain(): Promise<boolean> {
    waiting ??= exclusive(() => {
      waiting = undefined
      return leaveCall(drainUnderLease)
    }).catch(report)
    return waiting
  }

  async function drainUnderLease(): Promise<boolean> {
    if (stopped || !(await isReachable(redis, context.keys.entityConfiguration))) return true
    await queueEndedKeys(context)
    if ((await db.outboxEntry.count()) === 0 && (await isPublished(context))) {
      if (isFailing) await remember(null)
      return true
    }
    if (!(await lease.hold())) return false
    try {
      // A queued entry may mean that another process changed the keys.
      await context.signingKeys.refresh()
      if (!(await isPublished(context))) await rebuildUnderLease()
      if (await drainOutbox()) await remember(null)
      return true
    } finally {
      await lease.release()
    }
  }

  async function holdLease(): Promise<void> {
    if (!(await lease.hold())) throw new LeaseLostError('Another process took over publishing.')
  }

  async function rebuildUnderLease(): Promise<RebuildResult> {
    if (await isForeign(context)) {
      for await (const found of findWithdrawals(context)) {
        await holdLease()
        await adopt(found)
      }
    }
    const result = await rebuild(context, async (done, left) => {
      await holdLease()
      progress.remaining = left
      await db.publisherLease.updateMany({ data: progress.after(done) })
    })
    progress.remaining = 0
    await settle(context, [], progress.after(0))
    log.info(result, 'publication rebuilt')
    return result
  }

  async function rebuildOnRequest(): Promise<RebuildResult> {
    const deadline = performance.now() + REBUILD_PATIENCE_MS
    while (!(await lease.hold())) {
      if (performance.now() > deadline)
        throw new UnavailableError('Another process is publishing. Try again in a minute.')
      await setTimeout(BUSY_RETRY_MS)
    }
    try {
      await context.signingKeys.refresh()
      const result = await rebuildUnderLease()
      await remember(null)
      return result
    } finally {
      await lease.release()
    }
  }

  async function remember(error: unknown): Promise<void> {
    const lastError = error === null ? null : (explainRefusedWrite(error) ?? messageOf(error))
    await db.publisherLease.updateMany({ data: { lastError } })
    if (error === null) isFailing = false
  }

  async function report(error: unknown): Promise<true> {
    if (stopped || error instanceof LeaseLostError) return true
    log.warn({ err: error }, 'publication failed and will be retried')
    isFailing = true
    await remember(error).catch(() => undefined) // the database may be the reason
    return true
  }

  async function drainPatiently(deadline: number): Promise<void> {
    while (!(await drain()) && performance.now() < deadline) await setTimeout(BUSY_RETRY_MS)
  }

  const onReady = () => void drain()
  redis.on('ready', onReady)

  return {
    async look({ isWaiting, publicationMark }) {
      if (stopped || !(await isReachable(redis, context.keys.entityConfiguration))) return
      if (isWaiting || isFailing || !(await isMarked(context, publicationMark))) await drain()
    },
    async flush(patience = 1_000) {
      const deadline = performance.now() + patience
      await Promise.race([drainPatiently(deadline), setTimeout(patience, undefined, { ref: false })])
    },
    rebuild: () => exclusive(rebuildOnRequest),
    async stop() {
      stopped = true
      redis.off('ready', onReady)
      await last
    },
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
