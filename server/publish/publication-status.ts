/** Reads how far publication is behind the database, and streams each change of it. */
import { Prisma, type PublisherLease } from '#prisma/generated/client/client.ts'
import { readOneTogether, readTogether } from '#server/database/together.ts'
import { leaveCall } from '#server/identity/origin.ts'
import { createEventStream, type EventStream } from '#server/live/event-stream.ts'
import { isFromFuture } from '#server/publish/age.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { isReachable } from '#store/connect.ts'

/** Milliseconds that a change may wait, and that may pass without progress. */
const PATIENCE_MS = 30_000
/** Milliseconds for which the rate of the last publication says something about now. */
const RATE_MS = 10_000
/** Milliseconds between two reads, while there are subscribers. */
const INTERVAL = 1_000

type Lease = Pick<PublisherLease, 'lastPublishedAt' | 'lastError' | 'progressAt' | 'rate' | 'remaining'>

export type PublicationStatus = {
  pending: number
  oldest: Date | null
  lease: Lease | null
  redisReachable: boolean
  /** The last manifest of an export, a JWT. */
  manifest: string | null
}

export type PublicationHealth = 'UP_TO_DATE' | 'PENDING' | 'BEHIND' | 'STALLED'

type Source = Pick<PublishContext, 'db' | 'redis' | 'keys' | 'now'>

export async function readPublicationStatus({ db, redis, keys }: Source): Promise<PublicationStatus> {
  const [outbox, [lease = null], redisReachable, manifest] = await Promise.all([
    readOneTogether<{ pending: number; oldest: Date | null }>(
      db,
      Prisma.sql`SELECT count(*)::int AS "pending", min("createdAt") AS "oldest" FROM "OutboxEntry"`,
      ['oldest'],
    ),
    readTogether<Lease>(
      db,
      Prisma.sql`SELECT "lastPublishedAt", "lastError", "progressAt", "rate", "remaining" FROM "PublisherLease" WHERE "id" = 1`,
      ['lastPublishedAt', 'progressAt'],
    ),
    isReachable(redis, keys.entityConfiguration),
    redis.get(keys.manifest).catch(() => null),
  ])
  return { ...outbox, lease, redisReachable, manifest }
}

/** Stalled: without progress. Behind: with progress, but a change has waited for long. */
export function healthOf(status: Omit<PublicationStatus, 'manifest'>, now: Date): PublicationHealth {
  const { pending, oldest, lease, redisReachable } = status
  if (!redisReachable) return 'STALLED'
  if (pending === 0) return 'UP_TO_DATE'
  if (lease?.lastError) return 'STALLED'
  if (isWithin(oldest, PATIENCE_MS, now)) return 'PENDING'
  return isWithin(lease?.progressAt, PATIENCE_MS, now) ? 'BEHIND' : 'STALLED'
}

/** Things published per second over the last seconds; 0 while nothing is published. */
export function rateOf({ lease }: Pick<PublicationStatus, 'lease'>, now: Date): number {
  return lease && isWithin(lease.progressAt, RATE_MS, now) ? lease.rate : 0
}

/** Until everything is published at this rate; null if nothing is published now. */
export function estimateSeconds(status: PublicationStatus, now: Date): number | null {
  if (status.pending === 0) return 0
  const rate = rateOf(status, now)
  return rate > 0 ? Math.ceil((status.pending + (status.lease?.remaining ?? 0)) / rate) : null
}

/** A time in the future comes from a wrong clock and says nothing. */
function isWithin(at: Date | null | undefined, milliseconds: number, now: Date): boolean {
  if (!at) return false
  const age = now.getTime() - at.getTime()
  return age <= milliseconds && !isFromFuture(at.getTime() / 1000, now.getTime() / 1000)
}

export type PublicationWatch = {
  /** Yields the current state, then each change. */
  follow(): AsyncIterable<PublicationStatus>
  /** Ends every stream. */
  close(): void
}

/** Polls, because any process may publish, and time alone makes a change stalled. */
export function watchPublication(source: Source): PublicationWatch {
  const streams = new Map<EventStream<PublicationStatus>, string | undefined>()
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const status = await readPublicationStatus(source).catch(() => null) // the next successful read reports it
    if (status === null) return
    const description = describe(status, source.now())
    for (const [stream, before] of streams) {
      if (before === description) continue
      streams.set(stream, description)
      stream.push(status)
    }
  }

  function schedule(): void {
    clearTimeout(timer) // a subscriber that came during a poll has already scheduled one
    timer = leaveCall(setTimeout, () => void look().finally(() => streams.size > 0 && schedule()), INTERVAL)
  }

  function forget(stream: EventStream<PublicationStatus>): void {
    streams.delete(stream)
    if (streams.size === 0) clearTimeout(timer)
  }

  return {
    follow() {
      const stream: EventStream<PublicationStatus> = createEventStream(() => forget(stream))
      const isFirst = streams.size === 0
      streams.set(stream, undefined)
      void look()
      if (isFirst) schedule()
      return stream
    },
    close() {
      for (const stream of [...streams.keys()]) stream.end()
    },
  }
}

/** The parts whose change subscribers get; not the time of the last publication, which changes all the time. */
function describe(status: PublicationStatus, now: Date): string {
  const { pending, oldest, lease, redisReachable } = status
  return JSON.stringify([healthOf(status, now), pending, oldest, lease?.lastError, redisReachable])
}
