/** Tests the filters and the order of the requests that operators see. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const RP = 'https://rp.lu.example'

const ids: Record<string, string> = {}

const admin = adminInFile()
beforeAll(async () => {
  for (const name of ['Lund', 'Oslo'])
    ids[name] = (await admin.mutate('createOrganization', { name }, 'id')).id
  const [lund, oslo] = await admin.server.db.organization.findMany({ orderBy: { name: 'asc' } })
  const viewer = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'viewer' } })
  const operator = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'operator' } })
  const row = (entityId: string, kind: string, state: string, organization = lund) => ({
    entityId,
    kind,
    state,
    organizationId: organization?.id ?? 0,
    submittedBy: 'anna@lu.example',
  })
  const rows = [
    { ...row(RP, 'CHANGE', 'WAITING_FOR_OPERATOR'), assigneeId: viewer.id },
    { ...row(`${RP}/wiki`, 'REGISTER', 'WAITING_FOR_MEMBER'), assigneeId: operator.id },
    row('https://op.uio.example', 'WITHDRAW', 'WAITING_FOR_OPERATOR', oslo),
    row(RP, 'TRUST_MARK', 'REFUSED'),
  ]
  const at = (index: number) => new Date(Date.UTC(2026, 10, 20 - index))
  await admin.server.db.request.createMany({
    data: rows.map((each, index) => ({ ...each, submittedAt: at(index) })),
  })
})

async function kinds(filter: object, orderBy?: object): Promise<string[]> {
  const { data, errors } = await admin.execute(
    'query ($filter: RequestFilter, $orderBy: RequestOrder) { requests(filter: $filter, orderBy: $orderBy) { totalCount edges { node { kind } } } }',
    { filter, orderBy },
    'viewer',
  )
  expect(errors).toBeUndefined()
  const { totalCount, edges } = data.requests
  expect(totalCount).toBe(edges.length)
  return edges.map(({ node }: { node: { kind: string } }) => node.kind)
}

it.each([
  ['nothing, the oldest first', {}, ['TRUST_MARK', 'WITHDRAW', 'REGISTER', 'CHANGE']],
  ['exactly one entity', { entityId: RP }, ['TRUST_MARK', 'CHANGE']],
  ['an entity, open', { entityId: RP, isOpen: true }, ['CHANGE']],
  ['decided ones', { isOpen: false }, ['TRUST_MARK']],
  ['a state', { state: 'WAITING_FOR_OPERATOR' }, ['WITHDRAW', 'CHANGE']],
  ['a kind', { kind: 'REGISTER' }, ['REGISTER']],
  ['an operator', { assignee: 'operator' }, ['REGISTER']],
  ['a user that does not exist', { assignee: 'unknown' }, []],
  ['those with an operator', { isAssigned: true }, ['REGISTER', 'CHANGE']],
  ['those without', { isAssigned: false }, ['TRUST_MARK', 'WITHDRAW']],
  ['those of the caller', { isMine: true }, ['CHANGE']],
  ['those of all others', { isMine: false }, ['TRUST_MARK', 'WITHDRAW', 'REGISTER']],
  ['words of identifier and organization', { search: 'WIKI lund' }, ['REGISTER']],
])('filters by %s', async (_what, filter, expected) => expect(await kinds(filter)).toEqual(expected))

it('filters by organization, and turns the order', async () => {
  expect(await kinds({ organizationId: ids.Oslo })).toEqual(['WITHDRAW'])
  expect(await kinds({ entityId: RP }, { field: 'SUBMITTED_AT', direction: 'DESC' })).toEqual([
    'CHANGE',
    'TRUST_MARK',
  ])
})
