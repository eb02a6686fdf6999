/** Tests that applying configuration files gives what they describe: from any state, after any interruption. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { memberInFile, startLeaf, statementOf } from '#test/helpers/subordinate.ts'
import { planOf as planOfSource } from '../plan/planned.ts'
import { apply, type Described, exported, exportText, fileOf, planOf, start } from './configured.ts'
import { itemsOfLastRun, type QueuedItem, queueRun } from './queued.ts'
import { change } from './random-change.ts'

const admin = adminInFile()
const TYPE = 'https://ta.example.org/marks/member'
const leaves = [memberInFile(admin), memberInFile(admin), memberInFile(admin)] as const
const idsOf = () => leaves.map(({ id }) => id).sort()

/** From what the tests before left. */
async function initial(): Promise<Described> {
  const members = idsOf().map((entityId) => ({ entityId, organization: 'University' }))
  const file: Described = {
    ...{ apiVersion: 'inmor/v1', anchor: 'main', complete: true },
    settings: { displayName: 'Federation' },
    metadataPolicy: {},
    organizations: [{ name: 'University' }],
    trustMarkTypes: [{ type: TYPE }],
    members: members.map((member) => ({ ...member, active: true })),
    trustMarks: idsOf()
      .slice(1)
      .map((entityId) => ({ entityId, trustMarkType: TYPE })),
  }
  const text = stringify(file)
  if ((await planOf(admin, text)).steps.length > 0)
    expect(await apply(admin, text)).toMatchObject({ state: 'SUCCEEDED' })
  return exported(admin)
}

it('registers, issues and publishes what a file describes, with the plan and the commit in each entry', {
  tags: ['mutation/applyConfiguration/success', 'mutation/applyConfiguration/audit'],
}, async () => {
  const { hash } = await planOf(admin, fileOf({ organizations: [{ name: 'First' }] }))
  const { items } = await apply(admin, fileOf({ organizations: [{ name: 'First' }] }), {
    plan: hash,
    commit: 'c0ffee',
  })
  expect(items).toEqual([{ sequence: 1, resource: 'First', ok: true, message: null }])
  const document = `{ runs(first: 1) { edges { node { configurationPlan configurationCommit items(first: 1) {
    edges { node { step { section noun key verb changes { path after } } } } } } } } }`
  const { data } = await admin.execute(document)
  const made = { section: 'organizations', noun: 'organization', key: 'First', verb: 'CREATE' }
  expect(data.runs.edges[0].node).toEqual({
    ...{ configurationPlan: hash, configurationCommit: 'c0ffee' },
    items: { edges: [{ node: { step: { ...made, changes: [{ path: 'name', after: 'First' }] } } }] },
  })
  const started = { action: 'applyConfiguration' } as const
  expect(await admin.server.db.auditEvent.findFirstOrThrow({ where: started })).toMatchObject({
    actor: 'admin',
    after: { kind: 'CONFIGURATION', parameters: { plan: hash, commit: 'c0ffee', steps: [{ key: 'First' }] } },
  })
  await initial()
  expect(await statementOf(admin, leaves[0].id)).toMatchObject({ sub: leaves[0].id })
  const entry = await admin.server.db.auditEvent.findFirstOrThrow({
    where: { action: 'createOrganization', resource: 'First' },
  })
  expect(entry).toMatchObject({ reason: `Plan ${hash} of commit c0ffee.`, actor: 'admin' })
})

it('gives the changed file when the anchor is exported again', { timeout: 120_000 }, async () => {
  const before = await initial()
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const file = structuredClone(await exported(admin))
      for (const each of changes) each(file)
      const text = stringify(file)
      const { steps, faults } = await planOf(admin, text)
      expect(faults).toEqual([])
      if (steps.length > 0) {
        const { items } = await apply(admin, text)
        expect(items.filter(({ ok }) => !ok)).toEqual([])
      }
      expect(await exported(admin)).toEqual(file)
      expect(await planOf(admin, text)).toMatchObject({ steps: [], faults: [] })
    }),
    { numRuns: Number(process.env.AS_CODE_RUNS ?? 12) },
  )
  expect(before.members).toHaveLength(3)
})

it.each([0, 1, 2, 3, 4, 5])('ends in the same state when it is killed after %i objects', async (done) => {
  const { db } = admin.server
  const file = structuredClone(await initial())
  const organization = `Added ${done}`
  file.settings = { ...file.settings, displayName: `Killed after ${done}` }
  file.organizations?.push({ name: organization })
  file.organizations?.sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1))
  for (const member of file.members ?? []) Object.assign(member, { organization, tags: [`t${done}`] })
  const steps = await stepsOf(file)
  expect(steps).toHaveLength(5)
  // What it applied, without a record of it.
  if (done > 0) await watchRun(admin, await queued(steps.slice(0, done), {}))
  const lost = { state: 'RUNNING', heartbeatAt: new Date(Date.now() - 3_600_000), attempts: 1 }
  const seen = await watchRun(admin, await queued(steps, lost))
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 5, done: 5, failed: 0 })
  expect(await db.auditEvent.count({ where: { action: 'createOrganization', resource: organization } })).toBe(
    1,
  )
  expect(inOrder(await exported(admin))).toEqual(inOrder(file))
})

const stepsOf = async (file: Described) => {
  await apply(admin, stringify(file), { dryRun: true })
  return itemsOfLastRun(admin)
}
const queued = (items: readonly QueuedItem[], further: object) =>
  queueRun(admin, items, { parameters: { plan: 'test', homes: ['main'] }, ...further })

const inOrder = (file: Described) => JSON.parse(JSON.stringify(file, (_name, value) => sortedByName(value)))
const sortedByName = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

it('refuses a second application while one runs', {
  tags: 'mutation/applyConfiguration/ConflictError',
}, async () => {
  await initial()
  const slow = await startLeaf(admin)
  slow.misbehave('hang')
  const content = fileOf({ members: [{ entityId: slow.id }] })
  const { id } = await start(admin, content)
  expect(await start(admin, fileOf({ settings: { color: '#123456' } }))).toMatchObject({
    code: 'CONFLICT',
    message: 'Another application of a plan is still running. Wait until it ends, or cancel it.',
  })
  await admin.mutate('cancelRun', { id }, 'id')
  await slow.close()
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('CANCELLED')
})

it('changes nothing when another change overtook an object of the plan', async () => {
  await initial()
  // No file describes the organization any more.
  await apply(admin, fileOf({ settings: { displayName: 'Federation' } }))
  const organizations = [
    { name: 'University', country: 'SE' },
    { name: 'Of the same plan', country: 'SE' },
  ]
  const steps = await stepsOf({ apiVersion: 'inmor/v1', anchor: 'main', organizations })
  const { id } = await admin.server.db.organization.findFirstOrThrow({ where: { name: 'University' } })
  await admin.mutate('updateOrganization', { id: btoa(`Organization:${id}`), country: 'DK' }, 'id')
  const seen = await watchRun(admin, await queued(steps, {}))
  expect(itemsOf(seen).map(({ resource, ok, message }) => [resource, ok, message])).toEqual([
    ['University', false, 'The organization was changed since the plan was made. Make a new plan.'],
  ])
  expect(seen.at(-1)?.run).toMatchObject({ state: 'FAILED', done: 0, failed: 1 })
  expect(await admin.server.db.organization.count({ where: { name: 'Of the same plan' } })).toBe(0)
})

it('changes nothing when its worker ends after the first refusal', async () => {
  await initial()
  const names = ['Refused', 'Not refused']
  const organizations = names.map((name) => ({ name }))
  const steps = await stepsOf({ apiVersion: 'inmor/v1', anchor: 'main', organizations })
  const refusal = { ok: false, message: 'It was refused.', sequence: 1 }
  const items = steps.map((step) => (step.resource === 'Refused' ? { ...step, ...refusal } : step))
  const lost = { state: 'RUNNING', heartbeatAt: new Date(Date.now() - 3_600_000), attempts: 1, failed: 1 }
  const seen = await watchRun(admin, await queued(items, lost))
  expect(seen.at(-1)?.run).toEqual({ state: 'FAILED', total: 2, done: 0, failed: 1 })
  expect(await admin.server.db.organization.count({ where: { name: { in: names } } })).toBe(0)
})

it('changes nothing when a new member is refused, and says why', async () => {
  await initial()
  const [good, bad] = [await startLeaf(admin), await startLeaf(admin)]
  bad.misbehave('server error')
  const before = await exportText(admin)
  const members = [{ entityId: good.id }, { entityId: bad.id }]
  const { state, items } = await apply(admin, fileOf({ settings: { displayName: 'Whole' }, members }))
  expect(items).toMatchObject([{ resource: bad.id, ok: false, message: expect.stringContaining('500') }])
  expect(state).toBe('FAILED')
  expect(await exportText(admin)).toBe(before)
})

it('is refused for what the role of the caller cannot change', async () => {
  const settings = fileOf({ settings: { statementHours: 99 } })
  await expect(start(admin, settings, {}, 'operator')).rejects.toThrow('your role must be able to administer')
  await expect(start(admin, settings, {}, 'viewer')).rejects.toThrow('does not allow')
  const dry = await start(admin, settings, { dryRun: true }, 'viewer')
  expect((await watchRun(admin, dry.id)).at(-1)?.run.state).toBe('SUCCEEDED')
  const { id } = await start(admin, fileOf({ organizations: [{ name: 'Of an operator' }] }), {}, 'operator')
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('SUCCEEDED')
})

it('cannot be executed by an operator as the dry run of an administrator', async () => {
  const { id } = await start(admin, fileOf({ settings: { statementHours: 99 } }), { dryRun: true })
  await watchRun(admin, id)
  expect(await admin.mutate('executeDryRun', { id }, 'id', 'operator')).toMatchObject({
    code: 'CONFLICT',
    message: 'Files are applied with applyPlan, which records what they own.',
  })
  const source = { settings: { statementHours: 99 } }
  const { hash } = await planOfSource(admin, source)
  const planned = await admin.mutate('applyPlan', { source, hash, dryRun: true }, 'id', 'viewer')
  await watchRun(admin, planned.id)
  await expect(admin.mutate('executeDryRun', { id: planned.id }, 'id', 'operator')).rejects.toThrow(
    'To change the settings, your role must be able to administer.',
  )
})

it.each([
  [
    'a fault of a file',
    'apiVersion: inmor/v1\nanchor: main\nmember: []\n',
    {},
    '1.yaml, line 3, column 1: ConfigurationFile has no field "member".',
  ],
  [
    'a commit that is none',
    fileOf({ settings: { color: '#654321' } }),
    { commit: 'a b' },
    'A commit has 1 to 100 letters, digits and characters of ._/-.',
  ],
])(
  'refuses %s',
  { tags: 'mutation/applyConfiguration/InvalidInputError' },
  async (_what, content, further, message) => {
    expect(await start(admin, content, further)).toMatchObject({ code: 'INVALID_INPUT', message })
  },
)

it('applies what changes nothing, and owns it from then on', async () => {
  const { db } = admin.server
  expect(await apply(admin, await exportText(admin), { commit: 'abc' })).toEqual({
    state: 'SUCCEEDED',
    items: [],
  })
  const { id } = await start(admin, fileOf({ set: 'second', organizations: [{ name: 'Of the second set' }] }))
  await watchRun(admin, id)
  expect(
    await db.fileObject.findMany({
      where: { section: 'organizations', key: { in: ['University', 'Of the second set'] } },
      orderBy: { key: 'asc' },
    }),
  ).toMatchObject([
    { key: 'Of the second set', fileSet: 'second', file: '1.yaml', commit: null },
    { key: 'University', fileSet: 'default', file: '1.yaml', commit: 'abc' },
  ])
  const { faults } = await planOf(admin, fileOf({ set: 'second', organizations: [{ name: 'University' }] }))
  expect(faults).toMatchObject([
    {
      line: 5,
      message:
        'The organization University is described by the set default, in 1.yaml. Remove it there first.',
    },
  ])
})

it('removes what its set described before, and nothing else, where that is asked for', async () => {
  const { db } = admin.server
  const leaf = await startLeaf(admin)
  const both = {
    set: 'pruned',
    organizations: [{ name: 'P' }],
    members: [{ entityId: leaf.id, organization: 'P' }],
    trustMarks: [{ entityId: leaf.id, trustMarkType: TYPE }],
  }
  await apply(admin, fileOf(both))
  await admin.mutate('createOrganization', { name: 'Of the console' }, 'id')
  const kept = fileOf({ set: 'pruned', organizations: [{ name: 'P' }] })
  expect(await planOf(admin, kept)).toMatchObject({ steps: [] })
  const { items } = await apply(admin, kept, { prune: true })
  expect(items.map(({ resource, ok }) => [resource, ok])).toEqual([
    [`${TYPE} ${leaf.id}`, true],
    [leaf.id, true],
  ])
  expect(await db.subordinate.findUnique({ where: { entityId: leaf.id } })).toBeNull()
  expect(
    await db.organization.count({ where: { name: { in: ['P', 'Of the console', 'University'] } } }),
  ).toBe(3)
  expect(await db.fileObject.findMany({ where: { fileSet: 'pruned' } })).toMatchObject([{ key: 'P' }])
  // A set of which nothing is left owns no object of another one.
  const { items: last } = await apply(admin, fileOf({ set: 'pruned' }), { prune: true })
  expect(last.map(({ resource, ok }) => [resource, ok])).toEqual([['P', true]])
})
