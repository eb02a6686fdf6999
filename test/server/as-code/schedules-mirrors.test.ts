/** Tests the sections `schedules` and `mirrors` of a file: what a file changes, and what it cannot say. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { apply, exported, fileOf, planOf, start } from './configured.ts'

const admin = adminInFile()
/** Nothing listens there. It may be announced, and come later. */
const [AWAY, FURTHER] = ['http://127.0.0.1:1/mirror', 'http://127.0.0.1:2']

const scheduleOf = (name: string) => admin.server.db.schedule.findUniqueOrThrow({ where: { name } })

it('turns a schedule on, and sets its times', async () => {
  const content = fileOf({ schedules: [{ name: 'prune', enabled: true, cron: '0 4 1 1 *' }] })
  const { steps, operations } = await planOf(admin, content)
  expect(steps).toMatchObject([{ section: 'schedules', key: 'prune', verb: 'CHANGE' }])
  expect(operations).toEqual(['ANCHOR'])
  expect(await apply(admin, content)).toMatchObject({ state: 'SUCCEEDED', items: [{ resource: 'prune' }] })
  expect(await scheduleOf('prune')).toMatchObject({ enabled: true, cron: '0 4 1 1 *' })
  const { schedules = [] } = await exported(admin)
  expect(schedules).toContainEqual({ name: 'prune', cron: '0 4 1 1 *' })
  expect(schedules).toContainEqual({ name: 'detect-drift', cron: '*/15 * * * *', enabled: false })
})

it('turns a schedule on in a complete file that does not name that, and leaves its times', async () => {
  const { cron } = await scheduleOf('check-mirrors')
  const { steps } = await planOf(admin, fileOf({ complete: true, schedules: [{ name: 'check-mirrors' }] }))
  expect(steps).toMatchObject([{ changes: [{ path: 'enabled', before: false, after: true }] }])
  expect(await scheduleOf('check-mirrors')).toMatchObject({ enabled: false, cron })
})

it('announces mirrors, and removes those that its set described before', async () => {
  const mirrors = [{ url: AWAY, description: 'University of Lund' }, { url: FURTHER }]
  const both = fileOf({ set: 'mirrors', mirrors })
  const { items } = await apply(admin, both)
  // In the order in which they ended.
  expect(new Map(items.map(({ resource, ok }) => [resource, ok]))).toEqual(
    new Map([
      [AWAY, true],
      [FURTHER, true],
    ]),
  )
  expect(await planOf(admin, both)).toMatchObject({ steps: [], faults: [], unchanged: 2 })
  expect(await exported(admin)).toMatchObject({ mirrors })
  await apply(admin, fileOf({ set: 'mirrors', mirrors: mirrors.slice(0, 1) }), { prune: true })
  expect((await exported(admin)).mirrors).toEqual(mirrors.slice(0, 1))
})

it('is refused to an operator, as the mutations are', async () => {
  for (const content of [
    fileOf({ schedules: [{ name: 'prune', enabled: false }] }),
    fileOf({ mirrors: [{ url: FURTHER }] }),
  ])
    await expect(start(admin, content, {}, 'operator')).rejects.toThrow(
      'your role must be able to administer',
    )
  expect(await scheduleOf('prune')).toMatchObject({ enabled: true })
  expect(await admin.server.db.mirror.count()).toBe(1)
})

it.each<[what: string, sections: Parameters<typeof fileOf>[0], message: string | RegExp]>([
  ['a schedule that there is not', { schedules: [{ name: 'dance' }] }, 'There is no schedule dance.'],
  [
    'times that are none',
    { schedules: [{ name: 'prune', cron: '99 * * * *' }] },
    /"99 \* \* \* \*" is not a valid cron expression/,
  ],
  ['no times', { schedules: [{ name: 'prune', cron: null }] }, 'Enter a cron expression, or remove cron.'],
  [
    'a URL in another form than the stored one',
    { mirrors: [{ url: `${AWAY}/` }] },
    `Write the URL as ${AWAY}.`,
  ],
  ['a URL with a query', { mirrors: [{ url: `${AWAY}?a=b` }] }, /has a query or a fragment/],
  [
    'another description of an announced mirror',
    { set: 'mirrors', mirrors: [{ url: AWAY, description: 'Another' }] },
    /^The description of a mirror cannot change\./,
  ],
])('refuses %s', async (_what, sections, message) => {
  const { hash, faults } = await planOf(admin, fileOf(sections))
  expect(hash).toBeNull()
  expect(faults).toMatchObject([
    {
      line: expect.any(Number),
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    },
  ])
})
