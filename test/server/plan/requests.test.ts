/** Tests the plan of an approval of requests: what it would do, what it leaves alone, and that it approves what was read. */
import { beforeEach, expect, it } from 'vitest'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { listed, register } from '#test/helpers/subordinate.ts'
import { type Bulk, startBulk } from '#test/server/member/bulk.ts'
import { applying, planOf } from './planned.ts'

const bulk: Bulk = inFile(startBulk)
beforeEach(() => bulk.admin.server.db.request.deleteMany())

const requests = (...ids: string[]) => ({ requests: { ids } })

async function registered() {
  const leaf = await bulk.leaf()
  await register(bulk.admin, leaf, { organizationId: bulk.organizationId })
  return leaf.id
}

it('says who stops to resolve and what changes, and approves that', async () => {
  const [changed, leaving, fresh] = [await registered(), await registered(), (await bulk.leaf()).id]
  const metadata = relyingPartyNamed('New')
  const ids = [
    await bulk.submit({ kind: 'CHANGE', entityId: changed, changes: { metadata } }),
    await bulk.submit({ kind: 'WITHDRAW', entityId: leaving }),
    await bulk.submit({ entityId: fresh }),
  ]
  const { hash, steps, effect, operations } = await planOf(bulk.admin, requests(...ids))
  expect(steps).toMatchObject([
    ...[
      { section: 'members', key: changed, verb: 'CHANGE' },
      { section: 'members', key: fresh, verb: 'CREATE' },
    ].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    { section: 'members', key: leaving, verb: 'REMOVE' },
  ])
  // The keys are those that the organization submitted.
  const keys = steps.find(({ key }) => key === fresh)?.changes.filter(({ path }) => path.startsWith('jwks'))
  expect(keys).not.toEqual([])
  expect(effect).toMatchObject({ members: { stops: 1 }, newMembers: 1 })
  expect(operations).toEqual(['MEMBERS'])

  const run = await applying(bulk.admin, { source: requests(...ids), hash, reason: 'Agreed.' })
  const items = itemsOf(await watchRun(bulk.admin, run.id))
  expect(items.map(({ ok }) => ok)).toEqual([true, true, true])
  for (const id of ids) expect(await bulk.stateOf(id)).toMatchObject({ state: 'APPROVED' })
  expect(await bulk.stored(changed)).toMatchObject({ metadata })
  expect(await listed(bulk.admin)).not.toContain(leaving)
  const step = { action: 'APPROVED', text: 'Agreed.' }
  expect(await bulk.admin.server.db.requestStep.count({ where: step })).toBe(3)
})

it('approves a request that changes nothing, and leaves alone a second one about the same entity', async () => {
  const entityId = await registered()
  // The metadata follow the entity already.
  const same = await bulk.submit({ kind: 'CHANGE', entityId, changes: { metadata: null } })
  const data = { kind: 'WITHDRAW', entityId, submittedBy: 'software' }
  const leaving = btoa(`Request:${(await bulk.admin.server.db.request.create({ data })).id}`)
  const { steps, warnings } = await planOf(bulk.admin, requests(same, leaving))
  expect(steps).toMatchObject([{ key: entityId, verb: 'CHANGE', changes: [] }])
  const message = `${entityId}: Another of the requests is about it too. Approve this one after it.`
  expect(warnings).toEqual([{ message }])
  const run = await applying(bulk.admin, { source: requests(same) })
  expect(itemsOf(await watchRun(bulk.admin, run.id))).toMatchObject([{ ok: true }])
  expect(await bulk.stateOf(same)).toMatchObject({ state: 'APPROVED' })
  expect(await bulk.stateOf(leaving)).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
})

it('leaves alone what cannot be approved, with the reason', async () => {
  const gone = await registered()
  const withdrawal = await bulk.submit({ kind: 'WITHDRAW', entityId: gone })
  await bulk.admin.server.db.subordinate.delete({ where: { entityId: gone } })
  const twice = (await bulk.leaf()).id
  const registration = await bulk.submit({ entityId: twice })
  const leaf = await bulk.leaf()
  const returned = await bulk.submit({ entityId: leaf.id })
  await bulk.admin.mutate('returnRequest', { id: returned, message: 'Which faculty?' }, 'id')
  await bulk.admin.mutate('registerSubordinate', { entityId: twice }, 'id')
  const unknown = btoa('Request:2147483647')
  const source = requests(withdrawal, registration, returned, unknown)
  const { steps, warnings } = await planOf(bulk.admin, source)
  expect(steps).toEqual([])
  expect(warnings.map(({ message }) => message).toSorted()).toEqual(
    [
      `${unknown}: There is no such request.`,
      `${gone}: It is not registered.`,
      `${twice}: This member exists already, and stays as it is.`,
      `${leaf.id}: It waits for the organization. Approve it on its own page, or wait for the answer.`,
    ].toSorted(),
  )
})

it('is another plan after a comment, and applies the earlier one no more', async () => {
  const { id: entityId } = await bulk.leaf()
  const id = await bulk.submit({ entityId })
  const { hash } = await planOf(bulk.admin, requests(id))
  await bulk.anna.mutate('commentRequest', { id, text: 'Wait.' }, 'id')
  expect(await applying(bulk.admin, { source: requests(id), hash })).toMatchObject({ code: 'CONFLICT' })
  expect(await bulk.stored(entityId)).toBeNull()
})
