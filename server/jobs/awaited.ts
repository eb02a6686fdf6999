/** Examines the awaited entities whose last examination is about an hour old. */
import type { RunContext } from '#server/jobs/context.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import { MAX_AWAITED, whereAwaited } from '#server/services/subordinate/awaited-entities.ts'

/** An entity that does not answer takes ten seconds, so all of them take two minutes at most. */
const CONCURRENCY = 16
/** Less than an hour, because the schedule looks every five minutes. */
const INTERVAL_MS = 57 * 60_000

export type AwaitedCounts = { examined: number; passing: number }

/** Ends early when the signal aborts. @throws an unexpected error of one examination, after all others */
export async function examineAwaited(context: RunContext, signal: AbortSignal): Promise<AwaitedCounts> {
  const { db, services, now } = context
  await db.$executeRaw`
    DELETE FROM "AwaitedEntity" WHERE "entityId" IN (SELECT "entityId" FROM "Subordinate")`
  const at = now()
  const rows = await db.awaitedEntity.findMany({
    where: {
      ...whereAwaited(at),
      // A time in the future is that of a wrong clock.
      OR: [{ examinedAt: { lte: new Date(at.getTime() - INTERVAL_MS) } }, { examinedAt: { gt: at } }],
    },
    orderBy: { examinedAt: 'asc' },
    take: MAX_AWAITED,
  })
  const counts = { examined: 0, passing: 0 }
  const errors = await eachInParallel(rows, CONCURRENCY, signal, async (row) => {
    const passes = await services.awaitedEntities.examineAgain(row, signal)
    counts.examined += 1
    if (passes) counts.passing += 1
  })
  if (errors.length > 0) throw errors[0]
  return counts
}
