/** Looks after the anchors of a process: one statement finds what waits in any of them. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Anchor, Installation } from '#server/anchors/anchor.ts'
import { readInEach } from '#server/database/each-anchor.ts'
import { hasLostRuns } from '#server/jobs/runs.ts'
import { hasEndedKeys } from '#server/publish/ended-keys.ts'
import type { Unpublished } from '#server/publish/publisher.ts'

type Found = Unpublished & { hasLostRuns: boolean; settingsVersion: number }

/**
 * Changes by other processes are published, and runs without a worker go on. Returns what the settings are known by: it is
 * another text after a change of them in any anchor.
 */
export async function lookAfter(
  { db, log, now }: Pick<Installation, 'db' | 'log' | 'now'>,
  anchors: readonly Anchor[],
): Promise<string> {
  const query = Prisma.sql`SELECT "publicationMark", (SELECT "version" FROM "Settings") AS "settingsVersion", ${hasLostRuns} AS "hasLostRuns",
    EXISTS (SELECT 1 FROM "OutboxEntry") OR ${hasEndedKeys(now())} AS "isWaiting" FROM "PublisherLease"`
  const rows = await readInEach<Found>(db, anchors, query)
  for (const row of rows) {
    const anchor = anchors.find(({ slug }) => slug === row.slug)
    const report = (err: unknown) => log.warn({ err, anchor: row.slug }, 'an anchor cannot be looked after')
    anchor?.publisher.look(row).catch(report)
    if (row.hasLostRuns) anchor?.runs.lookAfter().catch(report)
  }
  return rows.map(({ slug, settingsVersion }) => `${slug} ${settingsVersion}`).join()
}
