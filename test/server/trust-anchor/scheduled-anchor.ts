/** An anchor whose settings a schedule changes: the test chooses the time and when the schedule runs. */
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { openSchedules } from '#test/helpers/schedule.ts'

type FoundAlert = { id: string; code: string; severity: string; message: string }

export async function startScheduledAnchor(name: 'follow-anchors' | 'renew-own-trust-marks') {
  /** `ahead`: seconds after the time of the machine. */
  const clock = { ahead: 0 }
  const admin: TestAdmin = await startAdmin({ now: () => new Date(Date.now() + clock.ahead * 1000) })
  const { db } = admin.server
  await db.schedule.updateMany({ data: { enabled: true, cron: '0 0 1 1 *' } })
  const schedules = await openSchedules(admin)
  /** The last entry of the audit log before the test. */
  let begun = 0

  return {
    admin,
    clock,
    run: () => schedules.run(name),

    async set(settings: object): Promise<{ message?: string }> {
      const answer = await admin.mutate('updateTrustAnchor', settings, 'version', 'admin')
      const { _max } = await db.auditEvent.aggregate({ _max: { id: true } })
      begun = _max.id ?? 0
      return answer
    },

    /** The entries of the schedule since the settings were set. */
    changes: () =>
      db.auditEvent.findMany({
        where: { id: { gt: begun }, action: 'updateTrustAnchor', actor: `job:${name}` },
      }),

    async alerts(): Promise<FoundAlert[]> {
      const { data } = await admin.execute('{ alerts { id code severity message } }')
      return data.alerts
    },

    async close(): Promise<void> {
      schedules.close()
      await admin.close()
    },
  }
}
