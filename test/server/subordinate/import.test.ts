/** Tests the import of a list of entities: a run registers each independently. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { listed, register, startLeaf } from '#test/helpers/subordinate.ts'

let admin: TestAdmin
beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const start = (subordinates: object[], as?: Role) =>
  admin.mutate('importSubordinates', { subordinates }, 'id kind', as)

it('registers the valid entities, and reports why it refused each other one', {
  tags: 'mutation/importSubordinates/success',
}, async () => {
  const [known, good, bad, other] = await Promise.all(Array.from({ length: 4 }, () => startLeaf(admin)))
  if (!known || !good || !bad || !other) throw new Error('there are four')
  await register(admin, known)
  bad.misbehave('no authority hint')
  const { id, kind } = await start([
    { entityId: known.id },
    { entityId: good.id, validFor: 12 },
    { entityId: bad.id },
    { entityId: other.id, validFor: -1 },
  ])
  expect(kind).toBe('IMPORT')
  const seen = await watchRun(admin, id)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 4, done: 1, failed: 3 })
  const results = Object.fromEntries(itemsOf(seen).map(({ resource, ...rest }) => [resource, rest]))
  expect(results).toMatchObject({
    [known.id]: { ok: false, message: `${known.id} is already registered.` },
    [good.id]: { ok: true, message: null },
    [bad.id]: { ok: false, message: expect.stringContaining('authority_hints') },
    [other.id]: { ok: false, message: expect.stringContaining('validFor') },
  })
  expect(await listed(admin)).toEqual([known.id, good.id].sort())
  const entries = await admin.server.db.auditEvent.findMany({ where: { resource: good.id } })
  expect(entries).toMatchObject([{ actor: 'operator', method: 'api_key', action: 'registerSubordinate' }])
})

it.each([
  ['an empty list', []],
  ['an entity twice', [{ entityId: 'https://rp.example.org' }, { entityId: 'https://rp.example.org' }]],
])(
  'refuses %s, and starts nothing',
  { tags: 'mutation/importSubordinates/InvalidInputError' },
  async (_title, subordinates) => {
    const runs = await admin.server.db.renewalRun.count()
    expect(await start(subordinates)).toMatchObject({
      __typename: 'InvalidInputError',
      path: ['input', 'subordinates'],
    })
    expect(await admin.server.db.renewalRun.count()).toBe(runs)
  },
)

it('is not for viewers', async () => {
  await expect(start([{ entityId: 'https://rp.example.org' }], 'viewer')).rejects.toThrow('does not allow')
})
