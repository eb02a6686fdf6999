/** Members and their Trust Mark types come from one anchor to another, after a dry run. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { below, type Federation } from '#test/helpers/federation.ts'

const TYPE = 'https://marks.example.org/member'
const FIELDS = 'id kind dryRun'
/** Each field that an operator sets, but the organization, which the other anchor must admit. */
const { organizationId: _, ...fields } = subordinateFields
const SELECTION = `entityId ${Object.keys(fields).join(' ')}`

const federations: Federation[] = []
const ids: string[] = []
const admin = adminInFile()
beforeAll(async () => {
  const entityId = 'http://test.example.org'
  await as('createTrustAnchor', { slug: 'test', entityId, displayName: 'Test' })
  for (const hints of [[admin.entityId, entityId], [entityId]]) {
    const federation = await below(entityId).leaf({ authorityHints: hints }).start()
    federations.push(federation)
    const policy = { openid_relying_party: { client_name: { essential: true } } }
    const member = {
      entityId: federation.leaf.id,
      metadataPolicy: policy,
      forcedMetadata: { openid_relying_party: { client_uri: 'https://rp.example.org' } },
      constraints: { max_path_length: 1 },
      additionalClaims: { contract: 7 },
      autorenew: false,
      note: 'tested',
      tags: ['new'],
      validFor: 48,
    }
    ids.push((await as('registerSubordinate', { anchor: 'test', ...member }, 'id')).id)
  }
  await as('createTrustMarkType', { anchor: 'test', type: TYPE, description: 'Member', validFor: 100 }, 'id')
  await as('issueTrustMark', { anchor: 'test', trustMarkType: TYPE, entityId: federations[0]?.leaf.id }, 'id')
})
afterAll(async () => {
  for (const federation of federations) await federation.close()
})

const as = (name: string, input: object, selection = 'slug', role: Role = 'admin') =>
  admin.mutate(name, input, selection, role)

async function promote(input: object) {
  const { id, ...run } = await as('promoteSubordinates', { from: 'test', to: 'main', ...input }, FIELDS)
  const document = `query ($id: ID!) { run(id: $id) { state items(first: 10) { edges { node { resource ok message } } } } }`
  const read = async () => (await admin.execute(document, { id }, 'admin')).data?.run
  await expect.poll(async () => (await read()).state).toBe('SUCCEEDED')
  const items = (await read()).items.edges.map(({ node }: { node: object }) => node)
  return { ...run, items }
}

const members = async (anchor: string) => {
  const document = `{ subordinates(anchor: "${anchor}", first: 10) { edges { node { ${SELECTION} keysCompared } } } }`
  return (await admin.execute(document, {}, 'admin')).data?.subordinates.edges.map(
    ({ node }: { node: object }) => node,
  )
}

it('says in a dry run what it would do, and changes nothing', async () => {
  const { items, ...run } = await promote({ subordinates: { ids }, dryRun: true })
  expect(run).toMatchObject({ kind: 'CONFIGURATION', dryRun: true })
  const [good, bad] = federations.map(({ leaf }) => leaf.id)
  expect(items).toEqual(
    expect.arrayContaining([
      { resource: TYPE, ok: true, message: 'Would create the Trust Mark type.' },
      { resource: good, ok: true, message: 'Would create the member.' },
      // It does not name the anchor that it would come to.
      { resource: bad, ok: false, message: expect.stringContaining('authority_hints') },
    ]),
  )
  expect(await members('main')).toEqual([])
})

it('registers each member with its settings, examined for its new anchor', async () => {
  const { items } = await promote({ subordinates: { filter: { tags: ['new'] } } })
  expect(items.filter(({ ok }: { ok: boolean }) => ok)).toHaveLength(2)
  const [promoted, ...none] = await members('main')
  expect(none).toEqual([])
  const there = await members('test')
  expect(there).toHaveLength(2)
  const before = there.find(({ entityId }: { entityId: string }) => entityId === federations[0]?.leaf.id)
  expect(promoted).toEqual(before)
  // Its keys come along, and were not compared in the other anchor.
  expect(promoted).toMatchObject({ keysCompared: false })
  expect(promoted).toMatchObject({ note: 'tested', additionalClaims: { contract: 7 }, autorenew: false })
  const document = `{ trustMarkType(anchor: "main", type: "${TYPE}") { description validFor } }`
  expect((await admin.execute(document, {}, 'admin')).data?.trustMarkType).toEqual({
    description: 'Member',
    validFor: 100,
  })
})

it('makes a plan of members by their ids, which are of the anchor that they come from', async () => {
  const document = `query ($source: PlanSourceInput!, $anchor: String) {
    plan(source: $source, anchor: $anchor) { steps { key } warnings { message } faults { message } } }`
  const plan = async (promoted: string[]) => {
    const source = { promotion: { from: 'test', subordinates: { ids: promoted } } }
    return (await admin.execute(document, { source, anchor: 'main' }, 'admin')).data?.plan
  }
  const [good, bad] = federations.map(({ leaf }) => leaf.id)
  const stays = { message: `${good}: This member exists already, and stays as it is.` }
  expect(await plan(ids)).toEqual({ steps: [{ key: bad }], warnings: [stays], faults: [] })
  const list = '{ subordinates(anchor: "main", first: 1) { edges { node { id } } } }'
  const { id: foreign } = (await admin.execute(list, {}, 'admin')).data.subordinates.edges[0].node
  const unknown = { message: `${foreign}: It is not registered.` }
  expect(await plan([...ids, foreign])).toMatchObject({ warnings: expect.arrayContaining([stays, unknown]) })
})

it('is refused without two anchors, without subordinates, and without a role in both', {
  tags: 'mutation/promoteSubordinates/InvalidInputError',
}, async () => {
  expect(
    await as('promoteSubordinates', { from: 'test', to: 'test', subordinates: { ids } }, FIELDS),
  ).toMatchObject({
    code: 'INVALID_INPUT',
  })
  const unknown = { from: 'main', to: 'test', subordinates: { ids } } // ids of the other anchor
  expect(await as('promoteSubordinates', unknown, FIELDS)).toMatchObject({ code: 'INVALID_INPUT' })
  const promotion = { from: 'test', to: 'main', subordinates: { ids } }
  await expect(as('promoteSubordinates', promotion, FIELDS, 'operator')).rejects.toThrow('NOT_FOUND')
  const input = { anchorRoles: [{ anchor: 'test', role: 'ADMIN' }] }
  const users = await admin.execute('{ users(first: 9) { edges { node { id username } } } }', {}, 'admin')
  const isViewer = ({ node }: { node: { username: string } }) => node.username === 'viewer'
  const { id } = users.data?.users.edges.find(isViewer)?.node ?? {}
  await as('updateUser', { id, ...input }, 'id')
  await expect(as('promoteSubordinates', promotion, FIELDS, 'viewer')).rejects.toThrow('FORBIDDEN')
})
