/** Tests approvals of many requests: each as a single approval, and in the version of the start. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { register, servedStatement } from '#test/helpers/subordinate.ts'
import { type Result, startBulk } from './bulk.ts'

const MARK = 'https://marks.example.org/research'

const bulk = inFile(startBulk)
beforeAll(() => bulk.admin.mutate('createTrustMarkType', { type: MARK }, 'id'))
beforeEach(() => db().request.deleteMany())

const db = () => bulk.admin.server.db

/** One request of each kind, by entity. */
async function oneOfEach() {
  const entities = await Promise.all(Array.from({ length: 4 }, bulk.leaf))
  const [fresh, changed, marked, leaving] = entities.map(({ id }) => id) as [string, string, string, string]
  for (const each of entities.slice(1))
    await register(bulk.admin, each, { organizationId: bulk.organizationId })
  const metadata = relyingPartyNamed('New')
  const ids = [
    await bulk.submit({ entityId: fresh }),
    await bulk.submit({ kind: 'CHANGE', entityId: changed, changes: { metadata } }),
    await bulk.submit({ kind: 'TRUST_MARK', entityId: marked, trustMarkType: MARK }),
    await bulk.submit({ kind: 'WITHDRAW', entityId: leaving }),
  ]
  return { ids, fresh, changed, marked, leaving, metadata }
}

describe('approves', () => {
  it('a request of each kind, after a dry run that changes nothing', {
    tags: ['mutation/startRequestApproval/success', 'mutation/startRequestApproval/audit'],
  }, async () => {
    const { ids, fresh, changed, marked, leaving, metadata } = await oneOfEach()
    const before = await Promise.all(ids.map(bulk.stateOf))
    expect(await bulk.approve({ requests: { ids }, dryRun: true })).toEqual(
      [
        [fresh, true, 'Would create the member.'],
        [changed, true, 'Would change the member: metadata.'],
        [`${MARK} ${marked}`, true, 'Would create the Trust Mark.'],
        [leaving, true, 'Would remove the member.'],
      ].toSorted(),
    )
    expect(await Promise.all(ids.map(bulk.stateOf))).toEqual(before)
    expect([await bulk.stored(fresh), (await bulk.stored(leaving))?.active]).toEqual([null, true])

    const last = await db().auditEvent.findFirst({ orderBy: { id: 'desc' } })
    const [id, again] = ids
    expect(await bulk.approve({ requests: { ids: [...ids, id, again] }, message: ' Welcome. ' })).toEqual(
      [
        [fresh, true, null],
        [changed, true, null],
        [`${MARK} ${marked}`, true, null],
        [leaving, true, null],
      ].toSorted(),
    )
    expect(await servedStatement(bulk.admin, fresh)).toMatchObject({ sub: fresh })
    expect(await bulk.stored(changed)).toMatchObject({ metadata })
    expect(await bulk.stored(leaving)).toBeNull()
    expect(await db().trustMark.count({ where: { entityId: marked, active: true } })).toBe(1)
    expect(await db().requestStep.count({ where: { action: 'APPROVED', text: 'Welcome.' } })).toBe(4)

    const entries = await db().auditEvent.findMany({
      where: { id: { gt: last?.id ?? 0 } },
      orderBy: { id: 'asc' },
    })
    expect(entries[0]).toMatchObject({
      action: 'startRequestApproval',
      resourceType: 'Run',
      after: { kind: 'CONFIGURATION', total: 4, parameters: { source: 'requests', reason: 'Welcome.' } },
    })
    expect(entries.filter(({ action }) => action === 'approveRequest')).toHaveLength(4)
    expect(entries.map(({ actor, reason }) => `${actor}: ${reason}`)).toEqual(
      Array(9).fill('operator: Welcome.'),
    )
    expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(1)
    expect(entries[0]?.requestId).toEqual(expect.any(String))
  })

  it('all that match a filter and wait for an operator', async () => {
    const [first, second, returned] = await Promise.all(Array.from({ length: 3 }, bulk.leaf))
    if (!first || !second || !returned) throw new Error('there are three')
    await bulk.submit({ entityId: first.id })
    await bulk.submit({ entityId: second.id })
    const id = await bulk.submit({ entityId: returned.id })
    await bulk.admin.mutate('returnRequest', { id, message: 'Which faculty?' }, 'id')
    expect(await bulk.approve({ requests: { filter: { entityId: first.id } } })).toEqual([
      [first.id, true, null],
    ])
    expect(await bulk.approve({ requests: { filter: { isOpen: true } } })).toEqual([[second.id, true, null]])
    expect(await bulk.approve({ requests: { filter: {} } })).toEqual([])
    expect(await bulk.stateOf(id)).toMatchObject({ state: 'WAITING_FOR_MEMBER' })
  })
})

describe('does not approve', () => {
  it('what does not wait for an operator, or is unknown', async () => {
    const [entity, refused] = [await bulk.leaf(), await bulk.leaf()]
    const id = await bulk.submit({ entityId: entity.id })
    await bulk.admin.mutate('returnRequest', { id, message: 'Which faculty?' }, 'id')
    const decided = await bulk.submit({ entityId: refused.id })
    await bulk.admin.mutate('refuseRequest', { id: decided, reason: 'No.' }, 'id')
    const unknown = btoa('Request:2147483647')
    const ofAnother = btoa('Request:test~1')
    expect(await bulk.approve({ requests: { ids: [id, decided, unknown, ofAnother, 'rubbish'] } })).toEqual(
      [
        [
          entity.id,
          false,
          'It waits for the organization. Approve it on its own page, or wait for the answer.',
        ],
        [refused.id, false, 'It was refused. Nothing more can be done with it.'],
        [unknown, false, 'There is no such request.'],
        [ofAnother, false, 'There is no such request.'],
        ['rubbish', false, 'There is no such request.'],
      ].toSorted(),
    )
    expect(await bulk.stored(entity.id)).toBeNull()
  })

  it('what changed since the start', async () => {
    const entity = await bulk.leaf()
    const id = await bulk.submit({ entityId: entity.id })
    // The start read it before the organization commented.
    const run = await bulk.queue([id], { startedBy: 'operator' })
    await bulk.anna.mutate('commentRequest', { id, text: 'Wait.' }, 'id')
    const asked = entity.requests.length
    expect(await bulk.resultsOf(run)).toEqual([
      [entity.id, false, 'Someone else changed it. Reload and try again.'],
    ])
    expect(entity.requests).toHaveLength(asked)
    expect(await bulk.stored(entity.id)).toBeNull()
  })

  it('what fails a check now, and a dry run says so and stores nothing', async () => {
    const [failing, other, good] = [await bulk.leaf(), await bulk.leaf(), await bulk.leaf()]
    const ids = [
      await bulk.submit({ entityId: failing.id }),
      await bulk.submit({ entityId: other.id }),
      await bulk.submit({ entityId: good.id }),
    ]
    failing.options.authorityHints = ['https://another.example.org']
    other.options.metadata = relyingPartyNamed('Other')
    const before = await Promise.all(ids.map(bulk.stateOf))
    const refused: Result[] = [
      [failing.id, false, expect.stringContaining('authority_hints')],
      [other.id, false, expect.stringContaining('has published another configuration')],
    ]
    expect(await bulk.approve({ requests: { ids }, dryRun: true })).toEqual(
      [...refused, [good.id, true, 'Would create the member.']].toSorted(),
    )
    expect(await Promise.all(ids.map(bulk.stateOf))).toEqual(before)
    expect(await bulk.approve({ requests: { ids } })).toEqual([...refused, [good.id, true, null]].toSorted())
    expect([await bulk.stored(failing.id), await bulk.stored(other.id)]).toEqual([null, null])
    expect((await bulk.stateOf(ids[0] ?? '')).approvalChecks).not.toBeNull()
  })
})
