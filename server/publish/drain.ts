/** Publishes what is in the outbox, step by step: each step takes the most urgent entries that are there by then. */
import type { FastifyBaseLogger } from 'fastify'
import type { OutboxEntry } from '#prisma/generated/client/client.ts'
import { isDatabaseOutage } from '#server/error/database-outage.ts'
import { SigningUnavailableError } from '#server/error/operation-error.ts'
import type { PublicationObserver, PublishContext } from '#server/publish/context.ts'
import { LeaseLostError } from '#server/publish/lease.ts'
import { laneNumber } from '#server/publish/outbox.ts'
import type { Progress } from '#server/publish/progress.ts'
import { isPublished, settle } from '#server/publish/publication-mark.ts'
import { type Beat, isSingleTopic, publish, type SingleTopic } from '#server/publish/publish.ts'
import { isReachable } from '#store/connect.ts'
import { isStoreOutage } from '#store/outage.ts'

/** Entries of one step: enough for one round trip to each store, few enough that urgent entries wait a moment only. */
const STEP = 100

type Parts = {
  context: PublishContext
  log: FastifyBaseLogger
  observe: PublicationObserver
  progress: Progress
  /** @throws if another process took the lease */
  holdLease(): Promise<void>
  rebuild(): Promise<unknown>
  remember(error: unknown): Promise<void>
}

const withdrawal = laneNumber('withdrawal')

/** Returns a function that empties the outbox; the caller has the lease. True: nothing failed. */
export function createDrain({ context, log, observe, progress, holdLease, rebuild, remember }: Parts) {
  const { db, redis, keys, signingKeys } = context
  /** Entries that this version cannot read; each is logged once. */
  const foreign = new Set<bigint>()
  let storeFault: string | null = null

  async function drain(): Promise<boolean> {
    const failed: bigint[] = []
    storeFault = null
    try {
      await drainLanes({}, failed)
    } catch (error) {
      // A withdrawal needs no signature, and must not wait for the key store.
      if (error instanceof SigningUnavailableError) await drainLanes({ equals: withdrawal }, failed)
      throw error
    }
    return failed.length === 0
  }

  /** Adds the entries that failed to `failed`, for a later retry. */
  async function drainLanes(lane: { lt?: number; equals?: number }, failed: bigint[]): Promise<void> {
    for (;;) {
      const entries = await db.outboxEntry.findMany({
        where: { lane, id: { notIn: failed } },
        orderBy: [{ lane: 'asc' }, { id: 'asc' }],
        take: STEP,
      })
      const [first] = entries
      if (!first) return
      await holdLease()
      // An entry may mean that the keys were changed, by this process or another one.
      await signingKeys.refresh()
      if (!(await isPublished(context))) await rebuild()
      const step = entries.filter((entry) => entry.lane === first.lane)
      for (const [topic, ofTopic] of Map.groupBy(step, (entry) => entry.topic)) {
        await publishEntries(topic, ofTopic, failed)
      }
    }
  }

  /** Publishes each object once. */
  async function publishEntries(
    topic: string,
    entries: readonly OutboxEntry[],
    failed: bigint[],
  ): Promise<void> {
    if (topic !== 'everything' && !isSingleTopic(topic)) {
      failed.push(...idsOf(entries))
      await park(topic, idsOf(entries))
      return
    }
    const [{ lane } = { lane: 0 }] = entries
    const beat: Beat = async (done, left) => {
      await holdLease()
      progress.remaining = left
      await db.publisherLease.updateMany({ data: progress.after(done) })
      await drainLanes({ lt: lane }, failed)
    }
    const objects = Map.groupBy(entries, ({ key }) => key)
    const failures = await publishObjects(topic, [...objects.keys()], beat)
    progress.remaining = 0
    const done: bigint[] = []
    for (const [key, its] of objects) {
      if (failures.has(key)) {
        await report(topic, key, failures.get(key))
        failed.push(...idsOf(its))
      } else {
        const queued = its.map(({ createdAt }) => createdAt)
        observe.published(topic, queued)
        done.push(...idsOf(its))
      }
    }
    if (done.length > 0) await settle(context, done, progress.after(objects.size - failures.size))
  }

  /** While the key store is away, all fail for one reason: it is reported once in a drain. */
  async function report(topic: string, key: string, error: unknown): Promise<void> {
    observe.failed(topic)
    const isOfStore = error instanceof SigningUnavailableError
    if (isOfStore && error.message === storeFault) return
    if (isOfStore) storeFault = error.message
    log.error({ err: error, topic, key }, 'could not publish')
    await remember(error)
  }

  /** Returns the objects that failed with their reasons. @throws when a store is away, also the key store, or another process publishes */
  async function publishObjects(
    topic: SingleTopic | 'everything',
    objects: readonly string[],
    beat: Beat,
  ): Promise<Map<string, unknown>> {
    try {
      if (topic !== 'everything') return await publish(context, topic, objects, beat)
      await rebuild()
      return new Map()
    } catch (error) {
      if (error instanceof LeaseLostError || isDatabaseOutage(error)) throw error
      if (error instanceof SigningUnavailableError) throw error // everything waits for the key store
      if (isStoreOutage(error) || !(await isReachable(redis, keys.entityConfiguration))) throw error
      if (objects.length <= 1) return new Map(objects.map((key) => [key, error]))
    }
    // One failure, for example an unreadable key, must not delay the others.
    const alone = []
    for (const key of objects) alone.push(...(await publishObjects(topic, [key], beat)))
    return new Map(alone)
  }

  /** Kept for the newer version that wrote it. */
  async function park(topic: string, ids: readonly bigint[]): Promise<void> {
    if (ids.every((id) => foreign.has(id))) return
    for (const id of ids) foreign.add(id)
    const message = `This version cannot publish "${topic.slice(0, 100)}". Update this server to the newer version.`
    log.error({ topic }, message)
    await remember(new Error(message))
  }

  return drain
}

const idsOf = (entries: readonly OutboxEntry[]) => entries.map(({ id }) => id)
