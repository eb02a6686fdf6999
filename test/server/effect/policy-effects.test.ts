/** Tests the groups of what a policy would do to members and to entities below Intermediates. */
import { afterAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const COUNT = 40

let federation: Federation
let odd: TestEntity

const admin = adminInFile()
const many = inFile(() => registerMany(admin.server.db, admin.entityId, COUNT))
afterAll(() => Promise.all([federation.close(), odd.close()]))

const PART = `fragment Part on PolicyEffectPart {
  unchanged changed failing alreadyFailing unknown examined total crawledAt groupCount
  groups { effect resolvesNow path operator before after isMixed message count
    entities { entityId displayName superior } } }`

async function preview(policy: object) {
  const document = `query ($policy: JSON!) { previewMetadataPolicy(policy: $policy) {
    members { ...Part } below { ...Part } } } ${PART}`
  const { data, errors } = await admin.execute(document, { policy }, 'viewer')
  expect(errors).toBeUndefined()
  return data.previewMetadataPolicy
}

const set = async (entityId: string | undefined, clientName: string) =>
  admin.server.db.subordinate.update({
    where: { entityId: entityId ?? '' },
    data: {
      displayName: clientName,
      entityConfiguration: await many.configuration(entityId ?? '', clientName),
    },
  })
const setPolicy = (metadataPolicy: object) =>
  admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')

it('puts first who would no longer resolve, by rule, then the same differences together', async () => {
  await set(many.ids[7], 'Odd one')
  const { members, below: none } = await preview({
    openid_relying_party: {
      client_name: { one_of: ['Registered'] },
      logo_uri: { default: 'https://x.example' },
    },
  })
  expect(none).toBeNull()
  const counts = { unchanged: 0, changed: 39, failing: 1, alreadyFailing: 0, unknown: 0 }
  expect(members).toMatchObject({ ...counts, examined: COUNT, total: COUNT, crawledAt: null, groupCount: 2 })
  expect(members.groups).toEqual([
    {
      effect: 'FAILS',
      resolvesNow: true,
      path: ['openid_relying_party', 'client_name'],
      operator: 'one_of',
      before: null,
      after: null,
      isMixed: false,
      message: expect.stringContaining('Odd one'),
      count: 1,
      entities: [{ entityId: many.ids[7], displayName: 'Odd one', superior: null }],
    },
    expect.objectContaining({
      effect: 'CHANGED',
      path: ['openid_relying_party', 'logo_uri'],
      before: null,
      after: 'https://x.example',
      count: 39,
      entities: many.ids.slice(0, 5).map((entityId) => expect.objectContaining({ entityId })),
    }),
  ])
})

it('pages through the entities of a group', async () => {
  const policy = { openid_relying_party: { logo_uri: { default: 'https://y.example' } } }
  const first = `query ($policy: JSON!) { previewMetadataPolicy(policy: $policy) { members { groups { key } } } }`
  const [{ key }] = (await admin.execute(first, { policy })).data.previewMetadataPolicy.members.groups
  const page = async (variables: object) => {
    const document = `query ($policy: JSON!, $key: String!, $skip: Int) { previewMetadataPolicy(policy: $policy) {
      members { group(key: $key) { entities(first: 15, skip: $skip) { entityId } } } } }`
    const { data } = await admin.execute(document, { policy, key, ...variables })
    return data.previewMetadataPolicy.members.group?.entities.map(
      ({ entityId }: { entityId: string }) => entityId,
    )
  }
  const pages = [await page({}), await page({ skip: 15 }), await page({ skip: 30 })]
  expect(pages.flat()).toEqual(many.ids)
  expect(await page({ key: 'unknown' })).toBeUndefined()
  expect(await page({ skip: 1_000 })).toEqual([])
})

it('tells at most twenty values of a parameter apart, and counts the others together', async () => {
  for (const [index, id] of many.ids.entries()) await set(id, `Name ${index}`)
  const { members } = await preview({ openid_relying_party: { client_name: { value: 'All the same' } } })
  expect(members).toMatchObject({ changed: COUNT, groupCount: 21 })
  expect(members.groups[0]).toMatchObject({
    path: ['openid_relying_party', 'client_name'],
    isMixed: true,
    before: null,
    count: COUNT - 20,
  })
  for (const id of many.ids) await set(id, 'Registered')
})

it('says who does not resolve now either, and who would resolve again', async () => {
  await set(many.ids[3], 'Odd one')
  await setPolicy({ openid_relying_party: { client_name: { one_of: ['Registered'] } } })
  const again = (await preview({})).members
  expect(again).toMatchObject({ changed: 1, failing: 0, unchanged: COUNT - 1 })
  expect(again.groups).toMatchObject([{ effect: 'CHANGED', resolvesNow: false, path: [], count: 1 }])
  const still = (
    await preview({ openid_relying_party: { client_name: { one_of: ['Registered', 'Other'] } } })
  ).members
  expect(still).toMatchObject({ failing: 1, alreadyFailing: 1 })
  expect(still.groups).toMatchObject([{ effect: 'FAILS', resolvesNow: false, operator: 'one_of', count: 1 }])
  await setPolicy({})
})

it('covers entities below Intermediates with the policies of these, without a fetch', async () => {
  const statement = { metadata_policy: { openid_relying_party: { scope: { value: 'openid email' } } } }
  federation = await below(admin.entityId).intermediate().leaf({ statement }).start()
  odd = await startEntity({ metadata: relyingParty, authorityHints: [federation.top.id] })
  federation.top.adopt(odd)
  await register(admin, federation.top)
  await watchRun(admin, await startRun(admin, 'startCollectionWalk'))
  const requests = [federation.leaf, odd].map((entity) => entity.requests.length)

  const policy = {
    openid_relying_party: { scope: { value: 'openid' }, logo_uri: { default: 'https://z.example' } },
  }
  const { below: part } = await preview(policy)
  expect(part).toMatchObject({ unchanged: 0, changed: 1, failing: 1, unknown: 0, examined: 2, total: 2 })
  expect(part.crawledAt).toEqual(expect.any(String))
  const superior = federation.top.id
  const displayName = 'Test Relying Party'
  expect(part.groups[0]).toMatchObject({
    effect: 'FAILS',
    resolvesNow: true,
    message: expect.stringContaining('scope'),
    entities: [{ entityId: federation.leaf.id, displayName, superior }],
  })
  const differences = part.groups
    .slice(1)
    .map(({ path, count, entities }: (typeof part.groups)[number]) => [path.at(-1), count, entities[0]])
  const affected = { entityId: odd.id, displayName, superior }
  expect(differences.sort()).toEqual([
    ['logo_uri', 1, affected],
    ['scope', 1, affected],
  ])
  expect([federation.leaf, odd].map((entity) => entity.requests.length)).toEqual(requests)
})

it('answers again after a member has changed', async () => {
  const policy = { openid_relying_party: { logo_uri: { default: 'https://a.example' } } }
  const { changed } = (await preview(policy)).members
  await register(admin, await startLeaf(admin))
  expect((await preview(policy)).members.changed).toBe(changed + 1)
})
