/**
 * Detects a Redis with an older state: after a failover to a lagging replica, from an old snapshot, or after a restore of
 * the database. Redis replicates in order, so a Redis with the current marker has every earlier write.
 */
import { randomUUID } from 'node:crypto'
import type { PublishContext } from '#server/publish/context.ts'
import type { Progress } from '#server/publish/progress.ts'
import { formatPublicationMarker, hasPages } from '#store/page-reader.ts'

type Place = Pick<PublishContext, 'db' | 'redis' | 'keys' | 'now'>

/**
 * False for a Redis that lost everything: it has no Entity Configuration either; and for one that an older version published,
 * without the pages of lists. Null: another program published it, and we did not yet.
 */
export async function isPublished({ db, redis, keys }: Place): Promise<boolean> {
  const lease = await db.publisherLease.findUnique({ where: { id: 1 }, select: { publicationMark: true } })
  return isMarked({ redis, keys }, lease?.publicationMark ?? null)
}

/** Whether Redis has another publication than the last one that the database knows. */
export async function isForeign({ db, redis, keys }: Place): Promise<boolean> {
  const lease = await db.publisherLease.findUnique({ where: { id: 1 }, select: { publicationMark: true } })
  return (await redis.get(keys.publicationMarker)) !== (lease?.publicationMark ?? null)
}

/** The same for a marker that was read from the database. */
export async function isMarked(
  { redis, keys }: Pick<Place, 'redis' | 'keys'>,
  marker: string | null,
): Promise<boolean> {
  const [isThere, found] = await Promise.all([
    redis.exists(keys.entityConfiguration),
    redis.get(keys.publicationMarker),
  ])
  return isThere === 1 && found === marker && (found === null || hasPages(found))
}

/**
 * Published entries leave the outbox in the transaction that stores the marker behind them. If Redis loses the marker
 * with the data before it, the two differ. An interruption here makes them differ too and costs only a rebuild.
 */
export async function settle(
  { db, redis, keys, now }: Place,
  entries: readonly bigint[],
  progress: ReturnType<Progress['after']>,
): Promise<void> {
  const publicationMark = formatPublicationMarker(randomUUID())
  await redis.set(keys.publicationMarker, publicationMark)
  await db.$transaction([
    db.outboxEntry.deleteMany({ where: { id: { in: [...entries] } } }),
    db.publisherLease.updateMany({ data: { publicationMark, lastPublishedAt: now(), ...progress } }),
  ])
}
