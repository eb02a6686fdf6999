/** Looks after the anchors of a process: one statement finds what waits in any of them. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Anchor, Installation } from '#server/anchors/anchor.ts'
import { readInEach } from '#server/database/each-anchor.ts'
import { hasLostRuns } from '#server/jobs/runs.ts'
import { walkCollection } from '#server/jobs/scheduled-runs.ts'
import { hasEndedKeys } from '#server/publish/ended-keys.ts'
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
