/** Tests requests of several organizations to register one entity: operators see that, and nothing approves one unseen. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { startBulk } from './bulk.ts'

const CONTESTED =
  'Another open request asks to register this entity too. Compare them, then decide each on its own page.'
const APPROVING = { entityType: 'openid_relying_party', approves: true }

let oslo: { id: string; olav: Visitor }
const bulk = inFile(startBulk)
beforeAll(async () => {
  const { id } = await bulk.admin.mutate('createOrganization', { name: 'Oslo' }, 'id')
  const olav = await signInAsMember(bulk.admin, { organizationId: id, email: 'olav@uio.example' })
  oslo = { id, olav }
})
beforeEach(async () => {
  await bulk.admin.server.db.request.deleteMany()
  await bulk.admin.server.db.checkPipeline.deleteMany()
})

async function submitForOslo(entityId: string) {
  await bulk.admin.server.db.rateLimit.deleteMany()
  const input = { organizationId: oslo.id, kind: 'REGISTER', entityId }
  return oslo.olav.mutate('submitRequest', input, 'id state')
}

async function competing(): Promise<[string, string[]][]> {
  const document =
    '{ requests(first: 10) { edges { node { organizationName competing { organizationName } } } } }'
  const { data } = await bulk.admin.execute(document, {}, 'viewer')
  type Row = { organizationName: string; competing: { organizationName: string }[] }
  return data.requests.edges.map(({ node }: { node: Row }) => [
    node.organizationName,
    node.competing.map(({ organizationName }) => organizationName),
  ])
}

it('shows operators who else asks for the entity, and members nothing of it', async () => {
  const { id: entityId } = await bulk.leaf()
  const first = await bulk.submit({ entityId })
  expect(await competing()).toEqual([['Lund', []]])
  const second = await submitForOslo(entityId)
  expect((await competing()).toSorted()).toEqual([
    ['Lund', ['Oslo']],
    ['Oslo', ['Lund']],
  ])
  const document = `{ request(id: "${first}") { competing { id } } }`
  expect((await bulk.admin.execute(document)).data.request.competing).toEqual([{ id: second.id }])
  expect((await bulk.anna.execute(document)).data.request.competing).toEqual([])
  await bulk.admin.mutate('refuseRequest', { id: second.id, reason: 'It is of Lund.' }, 'id')
  expect((await competing()).toSorted()).toEqual([
    ['Lund', []],
    ['Oslo', []],
  ])
})

it('approves none of them together with others, and one on its own page', async () => {
  const { id: entityId } = await bulk.leaf()
  const id = await bulk.submit({ entityId })
  await submitForOslo(entityId)
  const { id: other } = await bulk.leaf()
  const ids = [id, await bulk.submit({ entityId: other })]
  const withOther = (message: string | null) =>
    [
      [entityId, false, CONTESTED],
      [other, true, message],
    ].toSorted()
  expect(await bulk.approve({ requests: { ids }, dryRun: true })).toEqual(
    withOther('Would create the member.'),
  )
  expect(await bulk.approve({ requests: { ids } })).toEqual(withOther(null))
  expect(await bulk.stored(entityId)).toBeNull()
  expect(await bulk.admin.mutate('approveRequest', { id }, 'state')).toMatchObject({ state: 'APPROVED' })
})

it('leaves the second one to an operator where the checks approve', async () => {
  const { id: entityId } = await bulk.leaf()
  await bulk.submit({ entityId })
  await bulk.admin.mutate('updateCheckPipeline', APPROVING, 'id', 'admin')
  expect(await submitForOslo(entityId)).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
  expect(await bulk.stored(entityId)).toBeNull()
  const { id: other } = await bulk.leaf()
  expect(await submitForOslo(other)).toMatchObject({ state: 'APPROVED' })
})
