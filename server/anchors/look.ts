/**
 * Looks after the anchors of a process: one statement finds what waits in any of them, another one each minute the schedules
 * that are due.
 */
import { Prisma, type Schedule } from '#prisma/generated/client/client.ts'
import type { Anchor, Installation } from '#server/anchors/anchor.ts'
import { endSuspensions } from '#server/auth/lock-out.ts'
import { readInEach } from '#server/database/each-anchor.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import type { Queues } from '#server/jobs/queue.ts'
import { hasLostRuns } from '#server/jobs/runs.ts'
import { walkCollection } from '#server/jobs/scheduled-runs.ts'
import { type ScheduleName, schedulesOf } from '#server/jobs/schedules.ts'
import { hasEndedKeys } from '#server/publish/published-keys.ts'
import type { Unpublished } from '#server/publish/publisher.ts'

type Found = Unpublished & { isCrawled: boolean; hasLostRuns: boolean; settingsVersion: number }

/**
 * Changes by other processes are published, and runs without a worker go on. Returns what the settings are known by: it is
 * another text after a change of them in any anchor.
 */
export async function lookAfter(
  { db, log, now }: Pick<Installation, 'db' | 'log' | 'now'>,
  anchors: readonly Anchor[],
): Promise<string> {
  const query = Prisma.sql`SELECT "publicationMark", EXISTS (SELECT 1 FROM "CollectionEvaluation") AS "isCrawled", (SELECT "version" FROM "Settings") AS "settingsVersion", ${hasLostRuns} AS "hasLostRuns",
    EXISTS (SELECT 1 FROM "OutboxEntry") OR ${hasEndedKeys(now())} AS "isWaiting" FROM "PublisherLease"`
  const rows = await readInEach<Found>(db, anchors, query)
  for (const row of rows) {
    const anchor = anchors.find(({ slug }) => slug === row.slug)
    const report = (err: unknown) => log.warn({ err, anchor: row.slug }, 'an anchor cannot be looked after')
    anchor?.publisher
      .look(row)
      .then(() => (row.isCrawled ? refillCollection(anchor) : undefined))
      .catch(report)
    if (row.hasLostRuns) anchor?.runs.lookAfter().catch(report)
  }
  return rows.map(({ slug, settingsVersion }) => `${slug} ${settingsVersion}`).join()
}

/** Those whose crawl was started, once for each loss: one that fails is repeated by its schedule. */
const refilled = new WeakSet<Anchor>()

/** Redis was emptied. The database has only what decides how the entities resolve. */
async function refillCollection(anchor: Anchor): Promise<void> {
  const { redis, keys } = anchor.publishing
  if (redis.status !== 'ready' || (await redis.exists(keys.entityConfiguration)) === 0) return
  if ((await redis.exists(keys.collection.lastUpdated)) === 1) refilled.delete(anchor)
  else if (!refilled.has(anchor)) {
    refilled.add(anchor)
    await walkCollection(anchor.jobContext)
  }
}

const MINUTE_MS = 60_000
/** Anchors that do the same at a time. */
const ANCHORS_AT_A_TIME = 3

type Row = Pick<Schedule, 'name' | 'cron'>
type Due = { anchor: Anchor; name: ScheduleName; at: Date }

/** Returns a function that is called every few seconds. What was due while it could not look is executed once. */
export function createScheduleClock(
  { db, log, queues, now }: Pick<Installation, 'db' | 'log' | 'now'> & { queues: Pick<Queues, 'nextTime'> },
  signal: AbortSignal,
) {
  let last = now()
  return async function tick(anchors: readonly Anchor[]): Promise<void> {
    const at = now()
    if (minuteOf(at) === minuteOf(last)) return
    void endSuspensions(db, at).catch((err) => log.warn({ err }, 'no suspension is ended'))
    const query = Prisma.sql`SELECT "name", "cron" FROM "Schedule" WHERE "enabled"`
    const rows = await readInEach<Row>(db, anchors, query)
    const due = rows.flatMap((row) => toDue(row, anchors, last, at))
    last = at
    for (const ofAll of Map.groupBy(due, ({ name }) => name).values())
      void eachInParallel(ofAll, ANCHORS_AT_A_TIME, signal, execute) // each stores and logs its failure
  }

  function toDue(
    { slug, name, cron }: Row & { slug: string },
    anchors: readonly Anchor[],
    from: Date,
    to: Date,
  ): Due[] {
    const anchor = anchors.find((each) => each.slug === slug)
    // A row of another version may have another name.
    const known = anchor && schedulesOf(anchor.jobContext).find((each) => each === name)
    const time = known && queues.nextTime(cron, from)
    return anchor && known && time && time <= to ? [{ anchor, name: known, at: time }] : []
  }
}

const minuteOf = (time: Date): number => Math.floor(time.getTime() / MINUTE_MS)

const execute = ({ anchor, name, at }: Due) => anchor.runDue(name, at)
