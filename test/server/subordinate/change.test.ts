/** Tests changes of many subordinates: what a dry run says, what the run does, and what the audit log keeps. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { listed, register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

type Result = [resource: string, ok: boolean, message: string | null]
type Member = { id: string; entity: TestEntity }

const SELECTION = 'id kind subordinateAction dryRun reason'
const start = (input: object) => admin.mutate('startSubordinateChange', input, SELECTION)

/** The results of a run to its end. */
async function change(input: object): Promise<Result[]> {
  const { id, message } = await start(input)
  if (!id) throw new Error(message)
  const seen = await watchRun(admin, id)
  expect(seen.at(-1)?.run.state).toBe('SUCCEEDED')
  return itemsOf(seen).map(({ resource, ok, message }) => [resource, ok, message])
}

async function members(count: number): Promise<Member[]> {
  const made: Member[] = []
  for (let index = 0; index < count; index++) {
    const entity = await startLeaf(admin)
    made.push({ id: (await register(admin, entity)).id, entity })
  }
  return made
}

const stateOf = (entityId: string) => admin.server.db.subordinate.findUnique({ where: { entityId } })

async function createType(): Promise<string> {
  const type = `https://ta.example.org/marks/${crypto.randomUUID()}`
  await admin.mutate('createTrustMarkType', { type }, 'id')
  return type
}

const holders = async (type: string) =>
  (await admin.get('/trust_mark_list', { trust_mark_type: type })).json() as Promise<string[]>

it('says in a dry run what each action would do, and changes nothing', async () => {
  const [first, second] = await members(2)
  if (!first || !second) throw new Error('there are two')
  const type = await createType()
  await admin.mutate('deactivateSubordinate', { id: second.id }, 'id')
  const before = [await stateOf(first.entity.id), await stateOf(second.entity.id)]
  const audited = await admin.server.db.auditEvent.count()
  const ids = [first.id, second.id]
  const issue = 'Would create the Trust Mark.'
  const rows: [
    input: { action: string; [name: string]: unknown },
    first: string | null,
    second: string | null,
  ][] = [
    [
      { action: 'RENEW' },
      'Would fetch its Entity Configuration again and sign a new statement.',
      'It is not published, so there is nothing to renew.',
    ],
    [{ action: 'DEACTIVATE' }, 'Would change the member: active.', null],
    [{ action: 'REACTIVATE' }, null, 'Would change the member: active.'],
    [
      { action: 'UPDATE', changes: { validFor: 12, autorenew: true } },
      'Would change the member: validFor.',
      'Would change the member: validFor.',
    ],
    [{ action: 'ISSUE_TRUST_MARK', trustMarkType: type }, issue, issue],
    [{ action: 'REVOKE_TRUST_MARK', trustMarkType: type }, null, null],
    [{ action: 'REMOVE' }, 'Would remove the member.', 'Would remove the member.'],
  ]
  for (const [input, ofFirst, ofSecond] of rows) {
    const results = await change({ ...input, subordinates: { ids }, dryRun: true })
    const suffix = input.action === 'ISSUE_TRUST_MARK' ? `${type} ` : ''
    const expected = [
      [`${suffix}${first.entity.id}`, true, ofFirst],
      [`${suffix}${second.entity.id}`, true, ofSecond],
    ]
    // What is as it is to be has no item.
    expect(results.toSorted()).toEqual(expected.filter(([, , message]) => message !== null).toSorted())
  }
  expect([await stateOf(first.entity.id), await stateOf(second.entity.id)]).toEqual(before)
  // Only the starts of the runs are recorded.
  expect(await admin.server.db.auditEvent.count()).toBe(audited + rows.length)
})

it('says in a dry run why it would be refused', async () => {
  const [member] = await members(1)
  if (!member) throw new Error('there is one')
  member.entity.misbehave('no authority hint')
  const refused = [[member.entity.id, false, expect.stringContaining('authority_hints')]]
  expect(await change({ action: 'RENEW', subordinates: { ids: [member.id] }, dryRun: true })).toEqual(refused)
  const changes = { requiredTrustMarks: [await createType()] }
  expect(
    await change({ action: 'UPDATE', subordinates: { ids: [member.id] }, changes, dryRun: true }),
  ).toEqual(refused)
  expect(await stateOf(member.entity.id)).toMatchObject({ lastError: null, requiredTrustMarks: [] })
})

it('deactivates, reactivates, changes, renews and removes each subordinate', {
  tags: 'mutation/startSubordinateChange/success',
}, async () => {
  const made = await members(3)
  const ids = made.map(({ id }) => id)
  const entityIds = made.map(({ entity }) => entity.id)
  const run = async (action: string, further: object = {}) => {
    const results = await change({ action, subordinates: { ids }, ...further })
    expect(results.map(([resource, ok]) => [resource, ok]).toSorted()).toEqual(
      entityIds.map((resource) => [resource, true]).toSorted(),
    )
  }
  const shown = async () => (await listed(admin)).filter((each) => entityIds.includes(each)).length
  await run('DEACTIVATE')
  expect(await shown()).toBe(0)
  await run('REACTIVATE')
  expect(await shown()).toBe(3)
  await run('UPDATE', { changes: { validFor: 12, autorenew: false } })
  expect(await stateOf(String(entityIds[0]))).toMatchObject({ validFor: 12, autorenew: false })
  const fetches = made[0]?.entity.requests.length ?? 0
  await run('RENEW')
  expect(made[0]?.entity.requests.length).toBe(fetches + 1)
  await run('REMOVE')
  expect(await shown()).toBe(0)
  expect(await stateOf(String(entityIds[0]))).toBeNull()
})

it('issues and revokes a mark of each subordinate of a pasted list, and fails the unknown ones', async () => {
  const made = await members(2)
  const names = made.map(({ entity }) => entity.id)
  const entityIds = [...names, ` ${names[0]} `, 'https://unknown.example.org', 'no url']
  const trustMarkType = await createType()
  const results = await change({ action: 'ISSUE_TRUST_MARK', trustMarkType, subordinates: { entityIds } })
  expect(results.toSorted()).toEqual(
    [
      ...names.map((name) => [`${trustMarkType} ${name}`, true, null]),
      ['https://unknown.example.org', false, 'It is not registered.'],
      ['no url', false, 'It is not registered.'],
    ].toSorted(),
  )
  expect((await holders(trustMarkType)).sort()).toEqual(names.toSorted())
  const again = await change({
    action: 'ISSUE_TRUST_MARK',
    trustMarkType,
    subordinates: { entityIds: names },
  })
  expect(again).toEqual([]) // they hold valid ones already
  await change({
    action: 'REVOKE_TRUST_MARK',
    trustMarkType,
    subordinates: { entityIds: names },
    reason: 'Audit failed.',
  })
  expect(await holders(trustMarkType)).toEqual([])
  const marks = await admin.server.db.trustMark.findMany({
    where: { trustMarkType: { type: trustMarkType } },
  })
  expect(marks.map(({ revocationReason }) => revocationReason)).toEqual(Array(2).fill('Audit failed.'))
})

it('changes all that match a filter, as the list shows them', async () => {
  const [first, second] = await members(2)
  if (!first || !second) throw new Error('there are two')
  const filter = { search: new URL(first.entity.id).port, state: 'ACTIVE' }
  const { data } = await admin.execute(
    'query ($filter: SubordinateFilter) { subordinates(filter: $filter) { edges { node { entityId } } } }',
    { filter },
  )
  const shown = data.subordinates.edges.map(({ node }: { node: { entityId: string } }) => node.entityId)
  expect(shown).toEqual([first.entity.id])
  expect(await change({ action: 'DEACTIVATE', subordinates: { filter } })).toEqual([
    [first.entity.id, true, null],
  ])
  expect(await stateOf(second.entity.id)).toMatchObject({ active: true })
  expect(await change({ action: 'DEACTIVATE', subordinates: { filter } })).toEqual([])
})

it('has one audit entry for the run with action and count, and the items below it', {
  tags: 'mutation/startSubordinateChange/audit',
}, async () => {
  const [first, second] = await members(2)
  if (!first || !second) throw new Error('there are two')
  const last = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
  const reason = 'The contract ended.'
  await change({ action: 'DEACTIVATE', subordinates: { ids: [first.id, second.id] }, reason })
  const entries = await admin.server.db.auditEvent.findMany({
    where: { id: { gt: last?.id ?? 0 } },
    orderBy: { id: 'asc' },
  })
  expect(entries).toMatchObject([
    {
      action: 'startSubordinateChange',
      reason,
      after: { kind: 'CONFIGURATION', parameters: { source: 'selection', action: 'DEACTIVATE' }, total: 2 },
    },
    { action: 'deactivateSubordinate', actor: 'operator', reason },
    { action: 'deactivateSubordinate', actor: 'operator', reason },
  ])
  expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(1)
  expect(entries[0]?.requestId).toEqual(expect.any(String))
})
