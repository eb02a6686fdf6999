/** Executes the schedules of all anchors on time: each minute, one statement reads them. */
import { Prisma, type Schedule } from '#prisma/generated/client/client.ts'
import type { Anchor, Installation } from '#server/anchors/anchor.ts'
import { readInEach } from '#server/database/each-anchor.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import type { Queues } from '#server/jobs/queue.ts'
import { type ScheduleName, schedulesOf } from '#server/jobs/schedules.ts'

const MINUTE_MS = 60_000
/** Anchors that do the same at a time. */
const ANCHORS_AT_A_TIME = 3

type Row = Pick<Schedule, 'name' | 'cron'>
type Due = { anchor: Anchor; name: ScheduleName; at: Date }

/** Returns a function that is called every few seconds. What was due while it could not look is executed once. */
export function createScheduleClock(
  { db, queues, now }: Pick<Installation, 'db' | 'now'> & { queues: Pick<Queues, 'nextTime'> },
  signal: AbortSignal,
) {
  let last = now()
  return async function tick(anchors: readonly Anchor[]): Promise<void> {
    const at = now()
    if (minuteOf(at) === minuteOf(last)) return
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
