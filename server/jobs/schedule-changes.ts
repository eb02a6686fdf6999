/** Changes schedules, and computes when each is due. */
import type { Schedule } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Queues } from '#server/jobs/queue.ts'
import { type ScheduleName, scheduleNames } from '#server/jobs/schedules.ts'
import { recordChange } from '#server/services/write.ts'

export type ScheduleChange = {
  name: string
  enabled?: boolean | null | undefined
  cron?: string | null | undefined
}

export type ScheduleChanges = {
  /** @throws NotFoundError, InvalidInputError */
  update(caller: Caller, change: ScheduleChange): Promise<Schedule>
  /** @throws InvalidInputError for what is no cron expression */
  check(cron: string): void
  /** Null while the schedule is off. */
  nextTime(schedule: Pick<Schedule, 'cron' | 'enabled'>): Date | null
}

export function createScheduleChanges(db: Database, { nextTime }: Pick<Queues, 'nextTime'>): ScheduleChanges {
  function checkCron(cron: string): void {
    try {
      if (/^\S+( +\S+){4}$/.test(cron) && nextTime(cron)) return
    } catch {
      // The library's message describes the error but not the correct form.
    }
    const message = `"${cron.slice(0, 100)}" is not a valid cron expression. Use five fields, for example */5 * * * *.`
    throw new InvalidInputError(message, 'cron')
  }

  return {
    check: checkCron,

    async update(caller, { name, enabled, cron }) {
      if (!isScheduleName(name))
        throw new NotFoundError(`There is no schedule ${name.slice(0, 100)}.`, 'name')
      if (cron != null) checkCron(cron)
      const data = { ...(enabled == null ? {} : { enabled }), ...(cron == null ? {} : { cron }) }
      // Workers read the rows each minute.
      return recordChange(db, caller, async (tx) => {
        const before = await tx.schedule.findUniqueOrThrow({ where: { name } })
        const after = await tx.schedule.update({ where: { name }, data })
        return {
          action: 'updateSchedule',
          resource: name,
          before: { cron: before.cron, enabled: before.enabled },
          after: { cron: after.cron, enabled: after.enabled },
          result: after,
        }
      })
    },

    nextTime: ({ cron, enabled }) => (enabled ? nextTime(cron) : null),
  }
}

function isScheduleName(name: string): name is ScheduleName {
  return scheduleNames.some((each) => each === name)
}
