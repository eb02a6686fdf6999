/**
 * Drains the outbox into Redis: after each commit, when Redis returns, and at intervals for changes by other processes.
 * An entry is removed only after its publication, so nothing is lost while Redis is down.
 */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { OutboxEntry } from '#prisma/generated/client/client.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { createLease } from '#server/publish/lease.ts'
import type { PublicationObserver } from '#server/publish/observer.ts'
import { isPublished, settle } from '#server/publish/publication-mark.ts'
import { isSingleTopic, publish } from '#server/publish/publish.ts'
import { type RebuildResult, rebuild } from '#server/publish/rebuild.ts'
import { isReachable } from '#store/connect.ts'

const BATCH = 500
const INTERVAL_MS = 2_000
const BUSY_RETRY_MS = 100
/** Longer than a lease, which a killed process leaves behind. */
const REBUILD_PATIENCE_MS = 40_000

export type Publisher = {
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
): Publisher {
  const { db, redis } = context
  const lease = createLease(db)
  let stopped = false
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<boolean> | undefined
  /** Entries that this version cannot read; each is logged once. */
  const foreign = new Set<bigint>()

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
      return drainUnderLease()
    }).catch(report)
    return waiting
  }

  async function drainUnderLease(): Promise<boolean> {
    if (stopped || !(await isReachable(redis, context.keys.entityConfiguration))) return true
    if ((await db.outboxEntry.count()) === 0 && (await isPublished(context))) return true
    if (!(await lease.hold())) return false
    try {
      // A queued entry may mean that another process changed the keys.
      await context.signingKeys.refresh()
      if (!(await isPublished(context))) await rebuildUnderLease()
      await drainAll()
      return true
    } finally {
      await lease.release()
    }
  }

  async function holdLease(): Promise<void> {
    if (!(await lease.hold())) throw new Error('another process took over publishing')
  }

  async function rebuildUnderLease(): Promise<RebuildResult> {
    const result = await rebuild(context, holdLease)
    await settle(context, [])
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

  async function drainAll(): Promise<void> {
    const failed: bigint[] = []
    for (;;) {
      const entries = await db.outboxEntry.findMany({
        where: { id: { notIn: failed } },
        orderBy: { id: 'asc' },
        take: BATCH,
      })
      if (entries.length === 0) break
      if (!(await lease.hold())) return
      failed.push(...(await publishBatch(entries)))
    }
    if (failed.length === 0) await remember(null)
  }

  /** Publishes each object of the batch once; returns the failed entries, for a retry. */
  async function publishBatch(entries: readonly OutboxEntry[]): Promise<bigint[]> {
    const byThing = Map.groupBy(entries, ({ topic, key }) => `${topic} ${key}`)
    const done: bigint[] = []
    const failed: bigint[] = []
    for (const group of byThing.values()) {
      const ids = group.map(({ id }) => id)
      const [{ topic, key } = { topic: '', key: '' }] = group
      if (topic !== 'everything' && !isSingleTopic(topic)) {
        await park(topic, ids)
        failed.push(...ids)
        continue
      }
      try {
        if (topic === 'everything') await rebuildUnderLease()
        else await publish(context, topic, key, holdLease)
        observe.published(
          topic,
          group.map(({ createdAt }) => createdAt),
        )
        done.push(...ids)
      } catch (error) {
        if (!(await isReachable(redis, context.keys.entityConfiguration))) throw error
        // One failure, for example an unreadable key, must not delay the others.
        log.error({ err: error, topic, key }, 'could not publish')
        observe.failed(topic)
        await remember(error)
        failed.push(...ids)
      }
    }
    if (done.length > 0) await settle(context, done)
    return failed
  }

  /** Kept for the newer version that wrote it. */
  async function park(topic: string, ids: readonly bigint[]): Promise<void> {
    if (ids.every((id) => foreign.has(id))) return
    for (const id of ids) foreign.add(id)
    const message = `This version cannot publish "${topic.slice(0, 100)}". Update this server to the newer version.`
    log.error({ topic }, message)
    await remember(new Error(message))
  }

  async function remember(error: unknown): Promise<void> {
    const lastError = error === null ? null : error instanceof Error ? error.message : String(error)
    await db.publisherLease.updateMany({ data: { lastError } })
  }

  function report(error: unknown): true {
    if (!stopped) log.warn({ err: error }, 'publication failed and will be retried')
    return true
  }

  async function drainPatiently(deadline: number): Promise<void> {
    while (!(await drain()) && performance.now() < deadline) await setTimeout(BUSY_RETRY_MS)
  }

  const timer = setInterval(() => void drain(), INTERVAL_MS)
  const onReady = () => void drain()
  redis.on('ready', onReady)

  return {
    async flush(patience = 1_000) {
      const deadline = performance.now() + patience
      await Promise.race([drainPatiently(deadline), setTimeout(patience, undefined, { ref: false })])
    },
    rebuild: () => exclusive(rebuildOnRequest),
    async stop() {
      stopped = true
      clearInterval(timer)
      redis.off('ready', onReady)
      await last
    },
  }
}
