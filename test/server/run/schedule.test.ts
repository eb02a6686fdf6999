/** Tests schedules: their list, switch, times and last outcome. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { schedules } from '#server/jobs/schedules.ts'
import { runSchedule } from '#server/jobs/scheduling.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const FIELDS = 'name description cron enabled nextRunAt lastStartedAt lastEndedAt lastSucceeded lastMessage'
async function list() {
  const { data } = await admin.execute(`{ schedules { ${FIELDS} lastRun { kind } } }`, {}, 'viewer')
  return data.schedules as { name: string; enabled: boolean; nextRunAt: string | null }[]
}
const find = async (name: string) => (await list()).find((schedule) => schedule.name === name)
const update = (input: object, as: Role = 'admin') =>
  admin.mutate('updateSchedule', input, 'name cron enabled nextRunAt', as)

it('lists every schedule with its description and times', async () => {
  expect((await list()).map(({ name }) => name)).toEqual(Object.keys(schedules).sort())
  expect(await find('renew-subordinates')).toEqual({
    name: 'renew-subordinates',
    description: 'Renews the subordinates whose statement or configuration expires soon.',
    cron: '*/5 * * * *',
    enabled: false,
    nextRunAt: null,
    lastStartedAt: null,
    lastEndedAt: null,
    lastSucceeded: null,
    lastMessage: null,
    lastRun: null,
  })
})

it('changes the time of a schedule and switches it, with audit entries', {
  tags: ['mutation/updateSchedule/success', 'mutation/updateSchedule/audit'],
}, async () => {
  const changed = await update({ name: 'prune', cron: '15 4 * * 0', enabled: true })
  expect(changed).toMatchObject({ name: 'prune', cron: '15 4 * * 0', enabled: true })
  const next = new Date(changed.nextRunAt)
  expect([next.getUTCDay(), next.getUTCHours(), next.getUTCMinutes()]).toEqual([0, 4, 15])
  expect(await update({ name: 'prune', enabled: false })).toMatchObject({
    cron: '15 4 * * 0',
    enabled: false,
    nextRunAt: null,
  })
  const entries = await admin.server.db.auditEvent.findMany({
    where: { resourceType: 'Schedule' },
    orderBy: { id: 'asc' },
  })
  expect(entries).toMatchObject([
    {
      action: 'updateSchedule',
      actor: 'admin',
      resource: 'prune',
      before: { cron: '30 3 * * *', enabled: false },
      after: { cron: '15 4 * * 0', enabled: true },
    },
    { after: { cron: '15 4 * * 0', enabled: false } },
  ])
})

it.each(['every hour', '61 * * * *', '* * * *', '* * * * * *', '0 0 31 2 *', ''])(
  'refuses the cron line "%s"',
  { tags: 'mutation/updateSchedule/InvalidInputError' },
  async (cron) => {
    const before = await find('walk-collection')
    expect(await update({ name: 'walk-collection', cron, enabled: true })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'cron'],
    })
    expect(await find('walk-collection')).toEqual(before)
  },
)

it('refuses unknown schedules and operators', {
  tags: 'mutation/updateSchedule/NotFoundError',
}, async () => {
  expect(await update({ name: 'no-such', enabled: true })).toMatchObject({ code: 'NOT_FOUND' })
  await expect(update({ name: 'prune', enabled: true }, 'operator')).rejects.toThrow('does not allow')
})

it('keeps the last outcome, and does nothing while it is off', async () => {
  const { jobContext: context } = admin.server
  const log = pino({ level: 'silent' })
  const { signal } = new AbortController()
  await runSchedule(context, 'prune', log, signal)
  expect(await find('prune')).toMatchObject({ lastStartedAt: null })

  await update({ name: 'prune', enabled: true })
  await runSchedule(context, 'prune', log, signal)
  expect(await find('prune')).toMatchObject({
    lastSucceeded: true,
    lastMessage: 'Deleted 0 runs, 0 published objects, 0 sessions and 0 audit events.',
    lastEndedAt: expect.any(String),
  })

  await update({ name: 'detect-drift', enabled: true })
  await context.db.$executeRaw`ALTER TABLE "DriftReport" RENAME TO "Away"`
  await expect(runSchedule(context, 'detect-drift', log, signal)).rejects.toThrow()
  await context.db.$executeRaw`ALTER TABLE "Away" RENAME TO "DriftReport"`
  const { data } = await admin.execute('{ serverStatus { jobs { failingSchedules { name lastMessage } } } }')
  expect(data.serverStatus.jobs.failingSchedules).toEqual([
    { name: 'detect-drift', lastMessage: expect.any(String) },
  ])
})

it('says in a sentence that Redis was away, in the schedule and in its alert', {
  tags: 'fault/redis-away',
}, async () => {
  await admin.redis.stop()
  const run = runSchedule(
    admin.server.jobContext,
    'detect-drift',
    pino({ level: 'silent' }),
    new AbortController().signal,
  )
  await expect(run).rejects.toThrow()
  await admin.redis.restart()
  const sentence = 'Redis is unreachable. Try again in a moment.'
  expect(await find('detect-drift')).toMatchObject({ lastSucceeded: false, lastMessage: sentence })
  const { data } = await admin.execute('{ alerts { code message } }')
  expect(data.alerts).toContainEqual({
    code: 'SCHEDULE_FAILING',
    message: `The schedule detect-drift failed: ${sentence}`,
  })
})

it('counts workers and waiting items', async () => {
  const { data } = await admin.execute('{ serverStatus { jobs { workers queuedRuns runningRuns } } }')
  expect(data.serverStatus.jobs).toEqual({ workers: 1, queuedRuns: 0, runningRuns: 0 })
})
