/** Tests the scheduled rollover where the worker cannot write the key directory: it hands over, or says what is wrong. */
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { keepKeys } from '#server/jobs/worker.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { startReadOnlyAdmin } from '#test/helpers/read-only-admin.ts'

const admin = adminInFile({}, { worker: 'external' })
const db = standIn(() => admin.server.db)
const reading = inFile(() => startReadOnlyAdmin(admin)) // the only worker

const schedule = { where: { name: 'key-rollover' } }

/** The worker of the other process looks, until the result is the one that is awaited. */
async function look(message: unknown) {
  await db.schedule.update({ ...schedule, data: { enabled: true, lastMessage: null } })
  reading.lookAtRollover()
  return vi.waitFor(async () => {
    const row = await db.schedule.findUniqueOrThrow(schedule)
    expect(row).toMatchObject({ lastSucceeded: true, lastMessage: message })
  }, patience)
}
/** Each process says every ten seconds what it takes. */
const untilTakers = (count: number) =>
  vi.waitFor(async () => {
    const instances = await db.$queryRaw<{ workers: { queue: string }[] }[]>`
        SELECT "workers" FROM "jobs"."instance" WHERE "stopped_on" IS NULL`
    const takers = instances.flatMap(({ workers }) => workers).filter(({ queue }) => queue === 'key-steps')
    expect(takers).toHaveLength(count)
  }, patience)

async function keys(): Promise<{ kid: string; state: string }[]> {
  const { data } = await admin.execute('{ signingKeys { keys { kid state } } }')
  return data.signingKeys.keys
}
const attempts = () => db.auditEvent.count({ where: { actor: 'job:key-rollover' } })

it(
  'reports the directory where no admin server can write it either, and records no attempt',
  patience,
  async () => {
    // As the admin server that cannot write it: to root every directory is writable.
    await admin.server.anchors.first.queue.close()
    await untilTakers(0)
    await db.signingKey.updateMany({ data: { signsSince: new Date('2020-01-01') } })
    await admin.mutate('scheduleRollover', { months: 12, noticeDays: 0 }, 'months', 'admin')
    const reason = `The key directory ${reading.directory} is not writable by the user of the admin server. Change its owner or its mode.`
    for (let time = 0; time < 2; time++) await look(reason)
    const [{ kid, state } = { kid: '', state: '' }, ...others] = await keys()
    expect([state, others]).toEqual(['CURRENT', []])
    const { data } = await admin.execute('{ alerts { code message } }')
    expect(data.alerts.filter(({ code }: { code: string }) => code.startsWith('ROLLOVER'))).toEqual([
      {
        code: 'ROLLOVER_STUCK',
        message: `The key rollover cannot announce the key that follows ${kid}. ${reason}`,
      },
    ])
    expect(await attempts()).toBe(0)
  },
)

it('has the admin server do the step, which can write the directory', patience, async () => {
  const { queue } = admin.server.anchors.first
  await keepKeys(queue, admin.server.jobContext, pino({ level: 'silent' }))
  await untilTakers(1)
  await look(expect.stringMatching(/^Announced the key /))
  expect(await keys()).toMatchObject([{ state: 'CURRENT' }, { state: 'ANNOUNCED' }])
  expect(await attempts()).toBe(1)
  const { data } = await admin.execute('{ alerts { code } }')
  expect(data.alerts).not.toContainEqual({ code: 'ROLLOVER_STUCK' })
})
