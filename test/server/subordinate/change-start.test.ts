/** Tests how a change of many subordinates starts and continues: refusals, one at a time, a killed worker, many members. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { watchRun } from '#test/helpers/run.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const all = { subordinates: { filter: {} } }
const start = (input: object, as?: 'viewer') => admin.mutate('startSubordinateChange', input, 'id state', as)

eachRow<[what: string, input: object, path: (string | number)[]]>(
  [
    ['an empty list', { action: 'RENEW', subordinates: { ids: [] } }, ['input', 'subordinates', 'ids']],
    [
      'blank lines only',
      { action: 'RENEW', subordinates: { entityIds: [' '] } },
      ['input', 'subordinates', 'entityIds'],
    ],
    [
      'too many ids',
      { action: 'RENEW', subordinates: { ids: Array(10_001).fill('a') } },
      ['input', 'subordinates', 'ids'],
    ],
    ['a long reason', { action: 'RENEW', reason: 'a'.repeat(1001), ...all }, ['input', 'reason']],
    ['an update of nothing', { action: 'UPDATE', changes: {}, ...all }, ['input', 'changes']],
    [
      'a value outside its limits',
      { action: 'UPDATE', changes: { validFor: -1 }, ...all },
      ['input', 'changes', 'validFor'],
    ],
    [
      'changes of another action',
      { action: 'RENEW', changes: { validFor: 5 }, ...all },
      ['input', 'changes'],
    ],
    ['a mark without a type', { action: 'ISSUE_TRUST_MARK', ...all }, ['input', 'trustMarkType']],
    [
      'a type for another action',
      { action: 'RENEW', trustMarkType: 'https://ta.example.org/marks/x', ...all },
      ['input', 'trustMarkType'],
    ],
  ],
  () => ['mutation/startSubordinateChange/InvalidInputError'],
)('refuses %s, and starts nothing', async (_what, input, path) => {
  expect(await start(input)).toMatchObject({ __typename: 'InvalidInputError', path })
  expect(await admin.server.db.run.count()).toBe(0)
})

it('finds no unknown Trust Mark type', {
  tags: 'mutation/startSubordinateChange/NotFoundError',
}, async () => {
  const trustMarkType = 'https://ta.example.org/marks/unknown'
  expect(await start({ action: 'REVOKE_TRUST_MARK', trustMarkType, ...all })).toMatchObject({
    __typename: 'NotFoundError',
    path: ['input', 'trustMarkType'],
  })
})

it('is not for viewers', async () => {
  await expect(start({ action: 'RENEW', ...all }, 'viewer')).rejects.toThrow('does not allow')
})

it('refuses a second one while one runs, and says what to do', {
  tags: 'mutation/startSubordinateChange/ConflictError',
}, async () => {
  const { leaf: silent } = await registerLeaf(admin)
  silent.misbehave('hang')
  const { id } = await start({ action: 'RENEW', ...all })
  expect(await start({ action: 'RENEW', ...all })).toMatchObject({
    code: 'CONFLICT',
    message: 'Another renewal of subordinates is still running. Wait until it ends, or cancel it.',
  })
  // A change has its own turn, as has a renewal of all.
  const beside = await start({ action: 'DEACTIVATE', ...all })
  expect((await watchRun(admin, beside.id)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', done: 1 })
  await admin.mutate('cancelRun', { id }, 'id')
  await silent.close()
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('CANCELLED')
})

it('continues what a worker of 0.2 left as a plan', async () => {
  const { db } = admin.server
  const [removed, inactive, open] = await Promise.all(Array.from({ length: 3 }, () => startLeaf(admin)))
  if (!removed || !inactive || !open) throw new Error('there are three')
  await register(admin, open)
  const row = await db.subordinate.findUniqueOrThrow({ where: { entityId: open.id } })
  const { id } = await db.run.create({
    data: {
      kind: 'SUBORDINATE_CHANGE',
      state: 'RUNNING',
      parameters: { action: 'REMOVE', dryRun: false, count: 2 },
      startedBy: 'admin',
      heartbeatAt: new Date(Date.now() - 3_600_000),
      total: 2,
      attempts: 1,
      items: {
        create: [
          { key: '2000000', resource: removed.id }, // removed, and not recorded
          { key: String(row.id), resource: open.id },
        ],
      },
    },
  })
  const seen = await watchRun(admin, btoa(`Run:${id}`))
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 2, done: 1, failed: 1 })
  const items = await db.runItem.findMany({ where: { runId: id }, orderBy: { id: 'asc' } })
  expect(items.map(({ resource, message }) => [resource, message])).toEqual([
    [open.id, null],
    [removed.id, 'It is not registered.'],
  ])
  expect(await db.run.findUnique({ where: { id } })).toMatchObject({ kind: 'CONFIGURATION' })
  expect(await db.subordinate.findUnique({ where: { entityId: open.id } })).toBeNull()
})

it('has an item for each of many members', async () => {
  const { db } = admin.server
  const count = 20_001 // more than two pages
  await db.$executeRaw`INSERT INTO "Subordinate" ("entityId", "entityTypes", "metadata", "jwks", "entityConfiguration",
      "entityConfigurationExpiresAt", "lastCheckedAt", "active", "tags", "tagKeys")
    SELECT 'https://m' || n || '.example.org', '{}', '{}', '{}', '', now(), now(), false, '{many}', '{many}'
    FROM generate_series(1, ${count}::int) n`
  onTestFinished(async () => void (await db.subordinate.deleteMany()))
  const { id } = await start({
    action: 'REMOVE',
    dryRun: true,
    subordinates: { filter: { tags: ['many'] } },
  })
  const where = { kind: 'CONFIGURATION', total: count }
  await vi.waitFor(async () => expect(await db.run.count({ where })).toBe(1), { timeout: 60_000 })
  await admin.mutate('cancelRun', { id }, 'id')
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('CANCELLED')
})
