/** Tests the entities of the last crawl: filters and pages (Entity Collection draft). */
import { beforeAll, describe, expect, it } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const WALKED_AT = 1_790_000_000
const mark = 'https://ta.example.org/marks/member'
const logo = 'https://op.example.org/logo.svg'

/** As a crawl stores them. */
const entities = [
  { id: 'https://a.example.org', type: 'openid_provider', info: { display_name: 'Älpha', logo_uri: logo } },
  { id: 'https://b.example.org', type: 'openid_relying_party', info: { organization_name: 'Beta' } },
  { id: 'https://c.example.org', type: 'openid_relying_party', info: { logo_uri: 'javascript:alert(1)' } },
]

const admin = adminInFile()

async function walk(): Promise<void> {
  const { collection: keys } = redisKeys()
  const redis = admin.redis.client
  for (const { id, type, info } of entities) {
    const marks = id.includes('//a.') ? [{ trust_mark_type: mark, trust_mark: 'e30.e30.c2ln' }] : []
    const record = { entity_id: id, entity_types: [type], ui_infos: { [type]: info }, trust_marks: marks }
    await redis.hset(keys.entities, id, JSON.stringify(record))
    await redis.zadd(keys.sorted, 0, id)
    await redis.sadd(keys.byType(type), id)
    if (marks.length > 0) await redis.sadd(keys.byTrustMark(mark), id)
  }
  await redis.set(keys.trustAnchor, admin.entityId)
  await redis.set(keys.lastUpdated, WALKED_AT)
}

const DOCUMENT = `query ($filter: CollectionFilter, $first: Int, $after: String, $last: Int) {
  collectionEntities(filter: $filter, first: $first, after: $after, last: $last) {
    totalCount walkedAt pageInfo { hasNextPage hasPreviousPage endCursor }
    edges { node { entityId displayName logoUri entityTypes trustMarks { trustMarkType } } } } }`

const ask = (variables: object = {}) => admin.execute(DOCUMENT, variables, 'viewer')
const list = async (variables: object = {}) => (await ask(variables)).data.collectionEntities
const letters = ({ edges }: { edges: { node: { entityId: string } }[] }) =>
  edges.map(({ node }) => node.entityId.charAt('https://'.length)).join('')

it('is empty before the first crawl', async () => {
  expect(await list()).toMatchObject({ totalCount: 0, walkedAt: null, edges: [] })
})

describe('after a crawl', () => {
  beforeAll(walk)

  it('shows names, logos with web addresses, types and marks', async () => {
    const { walkedAt, edges } = await list()
    expect(Date.parse(walkedAt)).toBe(WALKED_AT * 1000)
    expect(edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { displayName: 'Älpha', logoUri: logo, trustMarks: [{ trustMarkType: mark }] },
      { displayName: 'Beta', logoUri: null, entityTypes: ['openid_relying_party'] },
      { displayName: null, logoUri: null, trustMarks: [] },
    ])
  })

  it.each([
    ['no condition', {}, 'abc'],
    ['an Entity Type', { entityType: 'openid_relying_party' }, 'bc'],
    ['a Trust Mark', { trustMarkType: mark }, 'a'],
    ['a part of a name, in any case', { search: ' äLPH ' }, 'a'],
    ['a part of the identifier and a type', { search: 'c.example', entityType: 'openid_provider' }, ''],
  ])('finds by %s', async (_title, filter, expected) => {
    const page = await list({ filter })
    expect(letters(page)).toBe(expected)
    expect(page.totalCount).toBe(expected.length)
  })

  it.each([{}, { search: 'example' }])('returns each entity once across pages: %j', async (filter) => {
    const first = await list({ filter, first: 2 })
    expect(letters(first)).toBe('ab')
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    const second = await list({ filter, first: 2, after: first.pageInfo.endCursor })
    expect(letters(second)).toBe('c')
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  it.each([{ last: 1 }, { first: -1 }, { after: 'rubbish' }, { after: '' }])(
    'refuses %j',
    async (variables) => {
      expect((await ask(variables)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    },
  )

  it('names the registration of an entity that is an Immediate Subordinate', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const { collection: keys } = redisKeys()
    await admin.redis.client.hset(keys.entities, leaf.id, '{}')
    await admin.redis.client.zadd(keys.sorted, 0, leaf.id)
    const { data } = await admin.execute('{ collectionEntities { edges { node { subordinate { id } } } } }')
    const found = data.collectionEntities.edges.map(
      ({ node }: { node: { subordinate: unknown } }) => node.subordinate,
    )
    expect(found).toEqual([{ id }, null, null, null])
  })
})

describe('one entity', () => {
  const ONE = `query ($entityId: EntityIdentifier!) {
    collectionEntity(entityId: $entityId) { entityId displayName trustMarks { trustMarkType } } }`
  const one = (entityId: string) => admin.execute(ONE, { entityId }, 'viewer')

  it('is found by its exact identifier', async () => {
    const longer = { entity_id: 'https://a.example.org/b', entity_types: [] }
    await admin.redis.client.hset(redisKeys().collection.entities, longer.entity_id, JSON.stringify(longer))
    const { data } = await one('https://a.example.org')
    expect(data.collectionEntity).toEqual({
      entityId: 'https://a.example.org',
      displayName: 'Älpha',
      trustMarks: [{ trustMarkType: mark }],
    })
  })

  it('is null when the crawl did not find it, also when an identifier contains it', async () => {
    expect((await one('https://a.example')).data).toEqual({ collectionEntity: null })
  })
})

it('reports that Redis is unavailable', async () => {
  await admin.redis.stop()
  const { errors } = await ask()
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('Redis'),
    extensions: { code: 'UNAVAILABLE' },
  })
})
