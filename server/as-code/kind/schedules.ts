/** Schedules of the anchor. The server has them all; a file turns them on or off, and sets their times. */
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'

export const schedules: KindRow = {
  noun: 'schedule',
  keys: ['name'],
  mutations: { CHANGE: ['updateSchedule'] },
  // The default times depend on the schedule and the anchor.
  defaults: { enabled: true },
  async *read(db) {
    const rows = await db.schedule.findMany({ orderBy: { name: 'asc' } })
    yield rows.map(
      ({ name, enabled, cron }): StoredObject => ({ id: 0, key: name, fields: { name, enabled, cron } }),
    )
  },
  parse({ name, enabled, cron }, { checkCron }) {
    if (cron === null) throw new InvalidInputError('Enter a cron expression, or remove cron.', 'cron')
    if (cron !== undefined) checkCron(String(cron))
    return {
      name,
      ...(enabled === undefined ? {} : { enabled: enabled ?? true }),
      ...(cron === undefined ? {} : { cron }),
    }
  },
  change: ({ scheduleChanges }, caller, { key: name }, fields) =>
    scheduleChanges.update(caller, { ...fields, name }),
}
