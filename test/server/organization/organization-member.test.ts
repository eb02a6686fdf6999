/** Tests the organization of a subordinate: who records it, how it is found, and that nothing of it is published. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { register, registerLeaf, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const lund = inFile(() => admin.mutate('createOrganization', { name: 'Lund' }, 'id'))
const oslo = inFile(() => admin.mutate('createOrganization', { name: 'Oslo' }, 'id'))

const update = (id: string, input: object) =>
  admin.mutate('updateSubordinate', { id, ...input }, 'id version organization { name }')

async function membersOf(organizationId: string): Promise<string[]> {
  const document =
    'query ($filter: SubordinateFilter) { subordinates(filter: $filter, first: 50) { totalCount edges { node { entityId } } } }'
  const { data } = await admin.execute(document, { filter: { organizationId } })
  expect(data.subordinates.totalCount).toBe(data.subordinates.edges.length)
  return data.subordinates.edges.map(({ node }: { node: { entityId: string } }) => node.entityId)
}

it('is recorded at registration, changed alone without a new statement, and cleared', async () => {
  const { leaf, id } = await registerLeaf(admin, { organizationId: lund.id })
  const served = await servedStatement(admin, leaf.id)
  expect(await membersOf(lund.id)).toEqual([leaf.id])
  expect(await update(id, { organizationId: oslo.id, version: 1 })).toMatchObject({
    version: 2,
    organization: { name: 'Oslo' },
  })
  expect(await membersOf(lund.id)).toEqual([])
  expect(await update(id, { note: 'Kept.' })).toMatchObject({ organization: { name: 'Oslo' } })
  expect(await update(id, { organizationId: null })).toMatchObject({ organization: null })
  await admin.server.publisher.rebuild()
  expect(await servedStatement(admin, leaf.id)).toEqual(served)
})

it.each(['unknown', 'U3Vib3JkaW5hdGU6MQ==', 'T3JnYW5pemF0aW9uOjk5OTk='])(
  'refuses %s',
  async (organizationId) => {
    const leaf = await startLeaf(admin)
    const refusal = { code: 'INVALID_INPUT', message: 'There is no such organization.' }
    const path = ['input', 'organizationId']
    const input = { entityId: leaf.id, organizationId }
    expect(await admin.mutate('registerSubordinate', input, 'id')).toMatchObject({ ...refusal, path })
    const { id } = await register(admin, leaf)
    expect(await update(id, { organizationId })).toMatchObject({ ...refusal, path })
    const change = { action: 'UPDATE', subordinates: { ids: [id] }, changes: { organizationId } }
    expect(await admin.mutate('startSubordinateChange', change, 'id')).toMatchObject({
      ...refusal,
      path: ['input', 'changes', 'organizationId'],
    })
    expect(await membersOf(organizationId)).toEqual([])
  },
)

it('is set for many at once, also in a dry run and by an import', async () => {
  const [first, second] = [await startLeaf(admin), await startLeaf(admin)]
  const { id } = await register(admin, first)
  const subordinates = [{ entityId: second.id, organizationId: lund.id }]
  const imported = await admin.mutate('importSubordinates', { subordinates }, 'id')
  await watchRun(admin, imported.id)
  expect(await membersOf(lund.id)).toEqual([second.id])

  const change = { action: 'UPDATE', subordinates: { filter: {} }, changes: { organizationId: oslo.id } }
  const dry = await admin.mutate(
    'startSubordinateChange',
    { ...change, subordinates: { ids: [id] }, dryRun: true },
    'id',
  )
  expect(itemsOf(await watchRun(admin, dry.id))).toMatchObject([{ ok: true }])
  expect(await membersOf(oslo.id)).toEqual([])
  const run = await admin.mutate('startSubordinateChange', change, 'id')
  await watchRun(admin, run.id)
  expect(await membersOf(oslo.id)).toEqual(expect.arrayContaining([first.id, second.id]))
  expect(await membersOf(lund.id)).toEqual([])
})

it('comes back with an earlier version of the subordinate', async () => {
  const { leaf, id } = await registerLeaf(admin, { organizationId: lund.id })
  await update(id, { organizationId: oslo.id })
  const entry = await admin.server.db.auditEvent.findFirstOrThrow({
    where: { resource: leaf.id, action: 'updateSubordinate' },
  })
  const auditEventId = btoa(`AuditEvent:${entry.id}`)
  await admin.mutate('restoreVersion', { auditEventId, side: 'BEFORE' }, 'subordinate { id }')
  expect(await membersOf(lund.id)).toContain(leaf.id)
})
