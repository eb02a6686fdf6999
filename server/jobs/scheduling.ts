/** Applies the table of schedules to pg-boss, and executes what is due; each schedule on one worker at a time. */
import type { FastifyBaseLogger } from 'fastify'
import type { PgBoss } from 'pg-boss'
import type { Database } from '#server/database/client.ts'
import { KEY_QUEUE } from '#server/jobs/queue.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { type ScheduleName, schedules, schedulesOf } from '#server/jobs/schedules.ts'

const POLLING_SECONDS = 10
/** Schedules are in UTC, regardless of the machine's time zone. */
const TIME_ZONE = 'UTC'

/** Creates missing rows, for example of a schedule that is new in this version. */
export async function ensureSchedules(
  db: Database,
  boss: PgBoss,
  names: readonly ScheduleName[],
  slug: string,
): Promise<void> {
  for (const name of names) {
    // At most one waiting and one running, so that a slow schedule builds no queue of missed times.
    await boss.createQueue(name, { policy: 'stately', retryLimit: 0 })
  }
  const data = names.map((name) => ({ name, cron: defaultCron(name, slug) }))
  await db.schedule.createMany({ data, skipDuplicates: true })
}

/** Anchors share the hour: each has a minute of its own as far as there are enough. */
export function defaultCron(name: ScheduleName, slug: string): string {
  const { cron, isSpread } = schedules[name]
  if (!isSpread) return cron
  const minute = [...slug].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 60, 0)
  return cron.replace(/^\d+/, String(minute))
}

export async function applySchedule(
  boss: PgBoss,
  { name, cron, enabled }: { name: string; cron: string; enabled: boolean },
): Promise<void> {
  if (enabled) await boss.schedule(name, cron, null, { tz: TIME_ZONE })
  else await boss.unschedule(name)
}

/** The next time. @throws for an invalid cron expression */
export function nextTime(boss: PgBoss, cron: string): Date | null {
  return boss.previewSchedule(cron, { count: 1, tz: TIME_ZONE })[0] ?? null
}

export async function startScheduling(
  boss: PgBoss,
  context: ScheduleContext,
  log: FastifyBaseLogger,
  closing: AbortSignal,
): Promise<void> {
  const names = schedulesOf(context)
  const rows = await context.db.schedule.findMany({ where: { name: { in: names } } })
  for (const name of names) {
    await boss.work(name, { pollingIntervalSeconds: POLLING_SECONDS }, () =>
      runSchedule(context, name, log, closing),
    )
  }
  for (const row of rows) await applySchedule(boss, row)
}

/** Takes the looks at the rollover that workers hand over, and hands none over itself. */
export async function keepKeys(
  boss: PgBoss,
  context: ScheduleContext,
  log: FastifyBaseLogger,
): Promise<void> {
  const keeping = { ...context, queue: { ...context.queue, handOverKeyStep: async () => false } }
  await boss.work(KEY_QUEUE, { pollingIntervalSeconds: POLLING_SECONDS }, async ([order]) => {
    if (order) await runSchedule(keeping, 'key-rollover', log, order.signal)
  })
}

/** Executes the schedule unless it is off, and stores the result. @throws unexpected errors, after storing them */
export async function runSchedule(
  context: ScheduleContext,
  name: ScheduleName,
  log: FastifyBaseLogger,
  closing: AbortSignal,
): Promise<void> {
  const { db, observe, now } = context
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const started = { lastStartedAt: now(), lastEndedAt: null }
  const { count } = await db.schedule.updateMany({ where: { name, enabled: true }, data: started })
  if (count === 0) return
  try {
    const result = await schedules[name].run(context, closing)
    if (result.isFault) log.error({ schedule: name, fault: result.message }, 'a schedule found a fault')
    await remember(context, name, !result.isFault, result)
    observe.scheduleEnded(name, !result.isFault, seconds())
  } catch (error) {
    log.error({ err: error, schedule: name }, 'a schedule failed')
    observe.scheduleEnded(name, false, seconds())
    await remember(context, name, false, { message: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

async function remember(
  { db, now }: Pick<ScheduleContext, 'db' | 'now'>,
  name: ScheduleName,
  lastSucceeded: boolean,
  { message, runId, isFault = false }: ScheduleResult,
): Promise<void> {
  const ended = { lastEndedAt: now(), lastSucceeded, foundFault: isFault, lastMessage: message }
  const data = runId === undefined ? ended : { ...ended, lastRunId: runId }
  await db.schedule.updateMany({ where: { name }, data })
}
