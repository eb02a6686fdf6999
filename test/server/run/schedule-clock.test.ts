/** Tests when schedules are executed: at their minutes, by one of several workers, and not twice at a time. */
import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import { createScheduleClock } from '#server/anchors/look.ts'
import { createPool } from '#server/database/client.ts'
import { openQueues } from '#server/jobs/queue.ts'
import { runSchedule } from '#server/jobs/scheduling.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'

const log = pino({ level: 'silent' })
const { signal } = new AbortController()
const at = (time: string) => new Date(`2040-01-01T${time}Z`)

const admin = adminInFile()
const other = inFile(() => makeAnchor(admin, 'other'))
const db = standIn(() => admin.server.db)
const pool = inFile(() => {
  const opened = createPool(admin.database.url)
  return { opened, close: () => opened.end() }
})
const queues = inFile(() => openQueues(pool.opened, log, { isWorker: false }))

const prune = { where: { name: 'prune' } }
beforeAll(async () => {
  await db.schedule.updateMany({
    where: { name: { in: ['prune', 'check-subordinates'] } },
    data: { enabled: true },
  })
  await other.db.schedule.update({ where: { name: 'check-subordinates' }, data: { enabled: true } })
})

it('executes what is due in each anchor, once, and what was due during an absence once', async () => {
  let now = at('03:29:05')
  const executed: string[] = []
  const watched = [admin.server.anchors.first, other].map((anchor) => ({
    ...anchor,
    runDue: async (name: string, due: Date) =>
      void executed.push(`${anchor.slug} ${name} ${due.toISOString().slice(11, 16)}`),
  }))
  const tick = createScheduleClock({ db: admin.server.installation, log, queues, now: () => now }, signal)
  const executedAt = async (time: string) => {
    now = at(time)
    await tick(watched)
    return executed.splice(0).toSorted()
  }
  expect(await executedAt('03:29:59')).toEqual([])
  expect(await executedAt('03:30:01')).toEqual([
    'main check-subordinates 03:30',
    'main prune 03:30',
    'other check-subordinates 03:30',
  ])
  expect(await executedAt('03:30:03')).toEqual([])
  expect(await executedAt('04:45:00')).toEqual([
    'main check-subordinates 03:31',
    'other check-subordinates 03:31',
  ])
})

it('leaves what another worker has begun since, or still does', async () => {
  const { jobContext } = admin.server
  const execute = async (time: string, due: string) => {
    await runSchedule({ ...jobContext, now: () => at(time) }, 'prune', log, signal, at(due))
    return (await db.schedule.findUniqueOrThrow(prune)).lastStartedAt
  }
  expect(await execute('03:30:01', '03:30:00')).toEqual(at('03:30:01'))
  expect(await execute('03:30:02', '03:30:00')).toEqual(at('03:30:01'))
  expect(await execute('03:40:00', '03:40:00')).toEqual(at('03:40:00'))
  await db.schedule.update({ ...prune, data: { lastEndedAt: null } })
  expect(await execute('03:50:00', '03:50:00')).toEqual(at('03:40:00'))
  expect(await execute('03:56:00', '03:56:00'), 'its worker is gone').toEqual(at('03:56:00'))
})
