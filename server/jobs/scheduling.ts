/** Executes the schedules of an anchor; each on one worker at a time. */
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '#server/database/client.ts'
import { explainDatabaseOutage } from '#server/error/database-outage.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { type ScheduleName, schedules } from '#server/jobs/schedules.ts'
import { explainStoreOutage } from '#store/outage.ts'

/** An execution that began longer ago has lost its worker. */
const LONGEST_MS = 15 * 60_000

/** Creates missing rows, for example of a schedule that is new in this version. */
export async function ensureSchedules(
  db: Database,
  names: readonly ScheduleName[],
  slug: string,
): Promise<void> {
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

/**
 * Executes the schedule unless it is off, and stores the result. `due`: only unless it was executed since then, or an
 * execution goes on. @throws unexpected errors, after storing them
 */
export async function runSchedule(
  context: ScheduleContext,
  name: ScheduleName,
  log: FastifyBaseLogger,
  closing: AbortSignal,
  due?: Date,
): Promise<void> {
  const { db, observe, now } = context
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const started = { lastStartedAt: now(), lastEndedAt: null }
  const where = { name, enabled: true, ...(due ? whereWaiting(due, now()) : {}) }
  const { count } = await db.schedule.updateMany({ where, data: started })
  if (count === 0) return
  try {
    const result = await schedules[name].run(context, closing)
    if (result.isFault) log.error({ schedule: name, fault: result.message }, 'a schedule found a fault')
    await remember(context, name, !result.isFault, result)
    observe.scheduleEnded(name, !result.isFault, seconds())
  } catch (error) {
    log.error({ err: error, schedule: name }, 'a schedule failed')
    observe.scheduleEnded(name, false, seconds())
    const outage = explainDatabaseOutage(error) ?? explainStoreOutage(error)
    const message = outage ?? (error instanceof Error ? error.message : String(error))
    await remember(context, name, false, { message })
    throw error
  }
}

function whereWaiting(due: Date, now: Date) {
  const isOver = [
    { lastEndedAt: { not: null } },
    { lastStartedAt: { lt: new Date(now.getTime() - LONGEST_MS) } },
  ]
  return { OR: [{ lastStartedAt: null }, { lastStartedAt: { lt: due }, OR: isOver }] }
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
