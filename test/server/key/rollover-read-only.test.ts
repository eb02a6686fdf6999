/** Tests the scheduled rollover where the worker cannot write the key directory: an alert says so, and nothing repeats. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { type ReadOnlyAdmin, startReadOnlyAdmin } from '#test/helpers/read-only-admin.ts'

let admin: TestAdmin
let reading: ReadOnlyAdmin

beforeAll(async () => {
  admin = await startAdmin({}, { worker: 'external' })
  reading = await startReadOnlyAdmin(admin) // the only worker
})
afterAll(async () => {
  await admin?.close()
  await reading?.removeKeys()
})

const schedule = { where: { name: 'key-rollover' } }

/** The worker of the other process looks. */
async function look() {
  const { db } = admin.server
  await db.schedule.update({ ...schedule, data: { enabled: true, lastEndedAt: null } })
  await admin.server.anchors.find('main')?.running?.queue.boss.send(schedule.where.name, {})
  return vi.waitFor(
    async () => {
      const row = await db.schedule.findUniqueOrThrow(schedule)
      expect(row.lastEndedAt).not.toBeNull()
      return row
    },
    { timeout: 40_000, interval: 100 },
  )
}

it('reports the directory, and records no attempt', async () => {
  const { db } = admin.server
  await db.signingKey.updateMany({ data: { signsSince: new Date('2020-01-01') } })
  await admin.mutate('scheduleRollover', { months: 12, noticeDays: 0 }, 'months', 'admin')
  const reason = `The key directory ${reading.directory} is not writable by the user of the admin server. Change its owner or its mode.`
  for (let time = 0; time < 2; time++)
    expect(await look()).toMatchObject({ lastSucceeded: true, lastMessage: reason })
  const { data } = await admin.execute('{ alerts { code message } signingKeys { keys { kid state } } }')
  const [{ kid, state }] = data.signingKeys.keys
  expect(data.signingKeys.keys).toHaveLength(1)
  expect(state).toBe('CURRENT')
  expect(data.alerts.filter(({ code }: { code: string }) => code.startsWith('ROLLOVER'))).toEqual([
    {
      code: 'ROLLOVER_STUCK',
      message: `The key rollover cannot announce the key that follows ${kid}. ${reason}`,
    },
  ])
  expect(await db.auditEvent.count({ where: { actor: 'job:key-rollover' } })).toBe(0)
}, 90_000)
