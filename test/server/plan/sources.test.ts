/** Tests that each source of plans says what would happen, and that its plan does exactly that. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { listed, memberInFile, register, statementOf } from '#test/helpers/subordinate.ts'
import { signedIn } from '#test/helpers/visitor.ts'
import { apply, applying, planOf } from './planned.ts'

const TYPE = 'https://ta.example.org/marks/member'
const admin = adminInFile()
const leaves = [memberInFile(admin), memberInFile(admin), memberInFile(admin)] as const
const ids = () =>
  leaves
    .slice(0, 2)
    .map(({ id }) => id)
    .sort()
const selected = (action: string, others: object = {}) => ({
  selection: { action, subordinates: { entityIds: ids() }, ...others },
})

beforeAll(async () => {
  for (const leaf of leaves.slice(0, 2)) await register(admin, leaf, { tags: ['old'] })
  await admin.mutate('createTrustMarkType', { type: TYPE }, 'id')
})

it('deactivates a selection: says who stops to resolve, and applies nothing else', {
  tags: ['mutation/applyPlan/success', 'mutation/applyPlan/audit'],
}, async () => {
  const source = selected('DEACTIVATE')
  const { hash, steps, effect, operations } = await planOf(admin, source)
  expect(steps).toEqual(
    ids().map((key) => ({
      ...{ section: 'members', key, verb: 'CHANGE' },
      changes: [{ path: 'active', after: false }],
    })),
  )
  expect(effect?.members).toEqual({ stops: 2, starts: 0, changes: 0 })
  expect(operations).toEqual(['MEMBERS'])
  expect(await apply(admin, source, { reason: 'The contract has ended.' })).toMatchObject([
    { ok: true, message: null },
    { ok: true, message: null },
  ])
  await expect.poll(() => listed(admin)).toEqual([])
  const { db } = admin.server
  expect(await db.auditEvent.findFirstOrThrow({ where: { action: 'applyPlan' } })).toMatchObject({
    after: { kind: 'CONFIGURATION', parameters: { source: 'selection', plan: hash } },
  })
  const entry = { action: 'deactivateSubordinate', resource: leaves[0].id }
  expect(await db.auditEvent.findFirstOrThrow({ where: entry })).toMatchObject({
    reason: 'The contract has ended.',
  })
  expect(await planOf(admin, source)).toMatchObject({ steps: [], unchanged: 2 })
  await apply(admin, selected('REACTIVATE'))
  expect(await listed(admin)).toHaveLength(2)
})

it('changes settings and tags of a selection, and leaves alone what is refused or unknown', async () => {
  const change = { addTags: ['new'], removeTags: ['OLD'], validFor: 24 }
  const subordinates = { entityIds: [...ids(), 'https://unknown.example.org'] }
  const source = { selection: { action: 'UPDATE', subordinates, changes: change } }
  const { steps, warnings } = await planOf(admin, source)
  expect(steps.map(({ changes }) => changes.map(({ path }) => path).sort())).toEqual([
    ['tags', 'validFor'],
    ['tags', 'validFor'],
  ])
  expect(warnings).toEqual([{ message: 'https://unknown.example.org: It is not registered.' }])
  await apply(admin, source)
  expect(await admin.server.db.subordinate.findMany({ select: { tags: true, validFor: true } })).toEqual([
    { tags: ['new'], validFor: 24 },
    { tags: ['new'], validFor: 24 },
  ])
})

it('issues and revokes the Trust Marks of a selection, and issues them again', async () => {
  const issue = selected('ISSUE_TRUST_MARK', { trustMarkType: TYPE })
  expect((await apply(admin, issue)).map(({ ok }) => ok)).toEqual([true, true])
  expect(await planOf(admin, issue)).toMatchObject({ steps: [], unchanged: 2 })
  const revoke = selected('REVOKE_TRUST_MARK', { trustMarkType: TYPE })
  expect(await planOf(admin, revoke)).toMatchObject({ operations: ['TRUST_MARKS'] })
  await apply(admin, revoke, { reason: 'The checks have ended.' })
  const read = () => admin.server.db.trustMark.findMany({ select: { active: true, revocationReason: true } })
  expect(await read()).toEqual([
    { active: false, revocationReason: 'The checks have ended.' },
    { active: false, revocationReason: 'The checks have ended.' },
  ])
  expect(await planOf(admin, revoke)).toMatchObject({ steps: [] })
  expect((await planOf(admin, issue)).steps.map(({ verb }) => verb)).toEqual(['CREATE', 'CREATE'])
  await apply(admin, issue)
  expect((await read()).map(({ active }) => active)).toEqual([true, true])
})

it('registers a list, and says which lines name nothing new', async () => {
  const [, , third] = leaves
  const source = { list: { lines: [third.id, leaves[0].id, 'no identifier', ''] } }
  const { steps, unchanged, left, warnings, effect } = await planOf(admin, source)
  expect(steps).toMatchObject([{ section: 'members', key: third.id, verb: 'CREATE' }])
  expect([unchanged, left]).toEqual([1, 1])
  expect(warnings).toMatchObject([{ message: expect.stringMatching(/^no identifier: /) }])
  expect(effect).toMatchObject({ newMembers: 1 })
  const named = { entityId: third.id, organizationId: 'T3JnYW5pemF0aW9uOjk5' }
  expect(await planOf(admin, { list: { subordinates: [named] } })).toMatchObject({
    steps: [],
    warnings: [{ message: `${third.id}: There is no such organization.` }],
  })
  const dry = await apply(admin, source, { dryRun: true })
  expect(dry).toMatchObject([{ resource: third.id, message: 'Would create the member.' }])
  expect(await listed(admin)).not.toContain(third.id)
  // Without a hash, whoever applies it did not read what it leaves alone.
  const run = await applying(admin, { source })
  const items = itemsOf(await watchRun(admin, run.id))
  expect(items.map(({ resource, ok }) => [resource, ok])).toEqual([
    [third.id, true],
    ['no identifier', false],
  ])
  expect(await statementOf(admin, third.id)).toMatchObject({ sub: third.id })
})

it('restores an earlier version of settings, policy and a subordinate', async () => {
  const { db } = admin.server
  const entryOf = async (action: string) => {
    const where = { action, outcome: 'SUCCEEDED' }
    const { id } = await db.auditEvent.findFirstOrThrow({ where, orderBy: { id: 'desc' } })
    return Buffer.from(`AuditEvent:${id}`).toString('base64')
  }
  const before = async (action: string) => ({
    version: { auditEventId: await entryOf(action), side: 'BEFORE' },
  })
  await admin.mutate('updateTrustAnchor', { organizationName: 'Changed' }, '__typename', 'admin')
  const setting = await before('updateTrustAnchor')
  expect((await planOf(admin, setting)).steps).toEqual([
    {
      ...{ section: 'settings', key: '', verb: 'CHANGE' },
      changes: [{ path: 'organizationName', after: null }],
    },
  ])
  const refused = await admin.mutate('applyPlan', { source: setting, hash: 'x' }, 'id', 'operator')
  expect(refused).toMatchObject({ __typename: 'ConflictError' })
  const { hash } = await planOf(admin, setting)
  const run = await admin.mutate('applyPlan', { source: setting, hash }, 'id', 'admin')
  expect(run).toMatchObject({ __typename: 'ApplyPlanSuccess' })
  await expect.poll(() => db.settings.findFirstOrThrow()).toMatchObject({ organizationName: null })
  await expect.poll(() => db.run.count({ where: { endedAt: null } })).toBe(0)
  const member = await before('updateSubordinate')
  await apply(admin, member)
  const { resource: entityId } = await db.auditEvent.findFirstOrThrow({
    where: { action: 'updateSubordinate' },
    orderBy: { id: 'desc' },
  })
  expect(await db.subordinate.findUniqueOrThrow({ where: { entityId } })).toMatchObject({
    tags: ['old'],
    validFor: null,
  })
})

it('changes settings with policy, and says which members stop to resolve by it', async () => {
  const policy = { openid_relying_party: { client_name: { one_of: ['Another name'] } } }
  const { effect, steps } = await planOf(admin, { settings: { metadataPolicy: policy, statementHours: 30 } })
  expect(steps.map(({ section }) => section)).toEqual(['settings', 'metadataPolicy'])
  expect(effect?.members.stops).toBe(3)
  const wrong = await planOf(admin, { settings: { metadataPolicy: { openid_relying_party: 'x' } } })
  expect(wrong).toMatchObject({ hash: null, faults: [{ file: '', line: 0 }] })
})

it('refuses a plan of an earlier state, and one without steps', {
  tags: 'mutation/applyPlan/ConflictError',
}, async () => {
  const source = selected('UPDATE', { changes: { validFor: 40 } })
  const { hash } = await planOf(admin, source)
  await apply(admin, selected('UPDATE', { changes: { validFor: 41 } }))
  expect(await applying(admin, { source, hash })).toMatchObject({
    message: 'The anchor changed since the plan was made. Make a new plan.',
  })
  await apply(admin, source)
  const { hash: nothing } = await planOf(admin, source)
  expect(await applying(admin, { source, hash: nothing })).toMatchObject({
    message: 'There is nothing to do.',
  })
})

it.each([
  ['a type where none fits', () => selected('REMOVE', { trustMarkType: TYPE }), 'InvalidInputError'],
  ['changes where none fit', () => selected('REMOVE', { changes: { validFor: 1 } }), 'InvalidInputError'],
  ['an update without changes', () => selected('UPDATE', { changes: {} }), 'InvalidInputError'],
  ['an empty list', () => ({ list: { lines: [] } }), 'InvalidInputError'],
  [
    'too many names',
    () => ({
      selection: {
        action: 'REMOVE',
        subordinates: { entityIds: Array.from({ length: 10_001 }, (_, n) => `${TYPE}/${n}`) },
      },
    }),
    'InvalidInputError',
  ],
  [
    'the same anchor',
    () => ({ promotion: { from: 'main', subordinates: { filter: {} } } }),
    'InvalidInputError',
  ],
  ['an unknown type', () => selected('ISSUE_TRUST_MARK', { trustMarkType: `${TYPE}/no` }), 'NotFoundError'],
  ['an unknown entry', () => ({ version: { auditEventId: 'QXVkaXRFdmVudDo5OTk5' } }), 'NotFoundError'],
])(
  'refuses %s',
  {
    tags: ['mutation/applyPlan/InvalidInputError', 'mutation/applyPlan/NotFoundError'],
  },
  async (_what, source, expected) => {
    expect((await planOf(admin, source())).faults).toHaveLength(1)
    expect(await applying(admin, { source: source(), hash: 'x' })).toMatchObject({ __typename: expected })
  },
)

it('needs a recent sign-in for the installation', {
  tags: 'mutation/applyPlan/ReauthenticationRequiredError',
}, async () => {
  const visitor = await signedIn(admin, 'admin')
  const where = { user: { username: 'admin' } }
  await admin.server.db.session.updateMany({ where, data: { createdAt: new Date(Date.now() - 7_200_000) } })
  const content = 'apiVersion: inmor/v1\nprotection:\n  validForHours: 5\n'
  const input = { installation: true, hash: 'x', source: { files: { files: [{ name: 'a.yaml', content }] } } }
  const { data } = await visitor.execute(
    'mutation ($input: ApplyPlanInput!) { applyPlan(input: $input) { ... on Error { code } } }',
    { input },
  )
  expect(data.applyPlan).toEqual({ code: 'REAUTHENTICATION_REQUIRED' })
})

it('brings members with their types from another anchor, and removes a selection with its marks', async () => {
  const entityId = 'http://test.example.org'
  await admin.mutate('createTrustAnchor', { slug: 'test', entityId, displayName: 'Test' }, 'slug', 'admin')
  const source = { promotion: { from: 'main', subordinates: { entityIds: ids() } } }
  const { steps } = await planOf(admin, source, 'test')
  expect(steps.map(({ section, verb }) => `${section} ${verb}`)).toEqual([
    'trustMarkTypes CREATE',
    'members CREATE',
    'members CREATE',
  ])
  const unknown = 'https://unknown.example.org'
  const named = { promotion: { from: 'main', subordinates: { entityIds: [...ids(), unknown] } } }
  const { left, warnings } = await planOf(admin, named, 'test')
  expect([left, warnings]).toEqual([1, [{ message: `${unknown}: It is not registered.` }]])
  const removal = selected('REMOVE')
  const planned = await planOf(admin, removal)
  expect(planned.steps.map(({ section, verb }) => `${section} ${verb}`)).toEqual([
    ...Array(2).fill('trustMarks CHANGE'),
    ...Array(2).fill('members REMOVE'),
  ])
  expect(planned.effect?.members.stops).toBe(2)
  expect((await apply(admin, removal)).map(({ ok }) => ok)).toEqual([true, true, true, true])
  expect(await listed(admin)).toEqual([leaves[2].id])
})
