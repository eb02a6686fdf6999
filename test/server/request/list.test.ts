/** Tests lists as connections: filters, orders and pages. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const HOUR = 3_600_000
const soon = (hours: number) => new Date(Date.now() + hours * HOUR)

/** The differences between the rows; ids rise in this order, identifiers do not. */
const rows = [
  {
    name: 'zebra',
    displayName: 'Zebra University',
    entityTypes: ['openid_provider'],
    statementExpiresAt: soon(1),
  },
  { name: 'apple_tree', displayName: '100% Apple', entityTypes: ['openid_relying_party'] },
  { name: 'mango', displayName: 'Mango', entityTypes: ['openid_relying_party'], active: false },
  { name: 'berry', displayName: null, entityTypes: ['openid_relying_party'], failingSince: soon(-1) },
  { name: 'cherry', displayName: 'Cherry', entityTypes: ['federation_entity'], intermediate: true },
  { name: 'dill', displayName: 'Dill', entityTypes: ['openid_provider'], statementExpiresAt: soon(-1) },
]
/** The common values of all rows. */
const common = {
  metadata: {},
  jwks: { keys: [] },
  entityConfiguration: 'a.b.c',
  entityConfigurationExpiresAt: soon(48),
  statementExpiresAt: soon(48),
  lastCheckedAt: new Date(),
}
const idOf = (name: string) => `https://${name}.example.org`

const admin = adminInFile()
beforeAll(async () => {
  await admin.server.db.subordinate.createMany({
    data: rows.map(({ name, ...row }, index) => ({
      ...common,
      ...row,
      entityId: idOf(name),
      registeredAt: soon(index % 2), // two groups of equals
    })),
  })
})

type Page = {
  totalCount: number
  edges: { cursor: string; node: { entityId: string } }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }
}

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: SubordinateFilter, $orderBy: SubordinateOrder) {
  subordinates(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount edges { cursor node { entityId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

const ask = (variables: object = {}) => admin.execute(LIST, variables, 'viewer')

async function list(variables: object = {}): Promise<Page> {
  const { data, errors } = await ask(variables)
  if (!data) throw new Error(JSON.stringify(errors))
  return data.subordinates
}

const namesIn = ({ edges }: Page) => edges.map(({ node }) => new URL(node.entityId).hostname.split('.')[0])

describe('filters', () => {
  it.each([
    ['a part of the identifier', { search: 'err' }, ['berry', 'cherry']],
    ['a part of the name, in any case', { search: 'zebra UNI' }, ['zebra']],
    ['spaces around what is searched', { search: '  mango ' }, ['mango']],
    ['a percent sign that stands for itself', { search: '%' }, ['apple_tree']],
    ['an underscore that stands for itself', { search: '_' }, ['apple_tree']],
    ['a backslash that stands for itself', { search: '\\' }, []],
    ['an Entity Type', { entityType: 'openid_provider' }, ['dill', 'zebra']],
    ['intermediates', { intermediate: true }, ['cherry']],
    ['entities without subordinates', { intermediate: false, search: 'c' }, []],
    ['the active', { state: 'ACTIVE' }, ['apple_tree', 'cherry', 'zebra']],
    ['the inactive', { state: 'INACTIVE' }, ['mango']],
    ['the failing', { state: 'FAILING' }, ['berry']],
    ['the expired', { state: 'EXPIRED' }, ['dill']],
    ['two conditions at once', { state: 'ACTIVE', entityType: 'openid_provider' }, ['zebra']],
    ['no condition', {}, ['apple_tree', 'berry', 'cherry', 'dill', 'mango', 'zebra']],
  ])('find %s', async (_title, filter, expected) => {
    const page = await list({ filter })
    expect(namesIn(page)).toEqual(expected)
    expect(page.totalCount).toBe(expected.length)
  })

  it('find rows that expire before a time', async () => {
    const page = await list({ filter: { expiresBefore: soon(2).toISOString(), state: 'ACTIVE' } })
    expect(namesIn(page)).toEqual(['zebra'])
  })

  it('find holders of a valid mark of a type', async () => {
    const type = 'https://ta.example.org/marks/member'
    await admin.mutate('createTrustMarkType', { type }, 'id')
    const issue = (name: string) =>
      admin.mutate('issueTrustMark', { trustMarkType: type, entityId: idOf(name) }, 'id')
    await issue('dill')
    const { id } = await issue('mango')
    await admin.mutate('revokeTrustMark', { id }, 'id')
    expect(namesIn(await list({ filter: { trustMarkType: type } }))).toEqual(['dill'])
    expect(namesIn(await list({ filter: { trustMarkType: `${type}/unknown` } }))).toEqual([])
  })
})

describe('order', () => {
  it.each([
    ['ENTITY_ID', 'DESC', ['zebra', 'mango', 'dill', 'cherry', 'berry', 'apple_tree']],
    ['EXPIRES_AT', 'ASC', ['dill', 'zebra', 'apple_tree', 'mango', 'berry', 'cherry']],
    ['REGISTERED_AT', 'ASC', ['zebra', 'mango', 'cherry', 'apple_tree', 'berry', 'dill']],
    ['REGISTERED_AT', 'DESC', ['dill', 'berry', 'apple_tree', 'cherry', 'mango', 'zebra']],
  ])('is by %s %s, equals by age', async (field, direction, expected) => {
    expect(namesIn(await list({ orderBy: { field, direction } }))).toEqual(expected)
  })
})

describe('pages', () => {
  const all = ['apple_tree', 'berry', 'cherry', 'dill', 'mango', 'zebra']

  /** Every name, from the first page on or, with `last`, from the last one back. */
  async function walk(
    size: { first: number } | { last: number },
    variables: object = {},
  ): Promise<unknown[]> {
    const seen: unknown[] = []
    let cursor = {}
    // One page more than there are names, to stop at a cursor that leads back.
    for (let pages = 0; pages <= all.length; pages++) {
      const page = await list({ ...variables, ...size, ...cursor })
      expect(page.totalCount).toBe(all.length)
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo
      if ('first' in size) {
        expect(hasPreviousPage).toBe(seen.length > 0)
        seen.push(...namesIn(page))
      } else {
        expect(hasNextPage).toBe(seen.length > 0)
        seen.unshift(...namesIn(page))
      }
      if (!('first' in size ? hasNextPage : hasPreviousPage)) return seen
      cursor = 'first' in size ? { after: endCursor } : { before: startCursor }
    }
    throw new Error(`there are more pages than names: ${seen.join(', ')}`)
  }

  it.each([1, 2, 4, 5, 6, 100])('of %i return each row once, forward', async (first) => {
    expect(await walk({ first })).toEqual(all)
  })

  it.each([1, 2, 4, 5, 6])('of %i return each row once, backward', async (last) => {
    expect(await walk({ last })).toEqual(all)
  })

  it('return each row once in an order with equal values', async () => {
    const orderBy = { field: 'REGISTERED_AT', direction: 'DESC' }
    const expected = ['dill', 'berry', 'apple_tree', 'cherry', 'mango', 'zebra']
    expect(await walk({ first: 2 }, { orderBy })).toEqual(expected)
    expect(await walk({ last: 2 }, { orderBy })).toEqual(expected)
  })

  it('contain at most 100 rows', async () => {
    const { db } = admin.server
    const many = Array.from({ length: 120 }, (_, index) => ({
      ...common,
      entityId: `https://many${index}.example.net`,
    }))
    await db.subordinate.createMany({ data: many })
    try {
      const filter = { search: 'example.net' }
      const page = await list({ first: 100, filter })
      expect(page.edges).toHaveLength(100)
      expect(page.totalCount).toBe(120)
      expect(page.pageInfo.hasNextPage).toBe(true)
      expect((await list({ first: 100, after: page.pageInfo.endCursor, filter })).edges).toHaveLength(20)
      expect((await list({ filter })).edges).toHaveLength(25)
    } finally {
      await db.subordinate.deleteMany({ where: { entityId: { endsWith: '.example.net' } } })
    }
  })

  it.each([
    ['a cursor that is rubbish', { after: 'rubbish' }],
    ['a cursor of another kind', { after: Buffer.from('GPC:S:x').toString('base64') }],
    ['a cursor beyond every key', { after: Buffer.from('GPC:N:1e300').toString('base64') }],
    ['a cursor beyond the keys there are', { before: Buffer.from('GPC:N:2147483648').toString('base64') }],
    ['an empty cursor', { before: '' }],
    ['a negative size', { first: -1 }],
    ['a negative size from the end', { last: -1 }],
    ['a size that is no whole number', { first: 1.5 }, 'INVALID_INPUT'],
  ])(
    'refuse %s with a code, not as an internal error',
    async (_title, variables, code = 'BAD_USER_INPUT') => {
      const { errors } = await ask(variables)
      expect(errors).toHaveLength(1)
      expect(errors?.[0]?.extensions?.code).toBe(code)
    },
  )
})

describe('Trust Marks', () => {
  const FIND = 'query ($filter: TrustMarkFilter) { trustMarks(filter: $filter) { totalCount } }'
  const find = async (filter: object) =>
    (await admin.execute(FIND, { filter }, 'viewer')).data.trustMarks.totalCount

  it('are found by a part of the entity identifier, literally, and by expiry', async () => {
    const trustMarkType = 'https://ta.example.org/marks/listed'
    await admin.mutate('createTrustMarkType', { type: trustMarkType }, 'id')
    const input = { trustMarkType, entityId: idOf('apple_tree'), validFor: 24 }
    await admin.mutate('issueTrustMark', input, 'id')
    expect(await find({ trustMarkType, search: 'APPLE_' })).toBe(1)
    expect(await find({ trustMarkType, search: 'apple%tree' })).toBe(0)
    expect(await find({ trustMarkType, expiresBefore: soon(25).toISOString() })).toBe(1)
    expect(await find({ trustMarkType, expiresBefore: soon(21).toISOString() })).toBe(0)
  })

  it('come latest first, or in the requested order', async () => {
    const trustMarkType = 'https://ta.example.org/marks/ordered'
    await admin.mutate('createTrustMarkType', { type: trustMarkType }, 'id')
    for (const [name, validFor] of Object.entries({ mango: 10, apple_tree: 30, cherry: 20 }))
      await admin.mutate('issueTrustMark', { trustMarkType, entityId: idOf(name), validFor }, 'id')
    const document = `query ($filter: TrustMarkFilter, $orderBy: TrustMarkOrder) {
      trustMarks(filter: $filter, orderBy: $orderBy) { totalCount edges { cursor node { entityId } } } }`
    const inOrder = async (orderBy: object | null) => {
      const { data } = await admin.execute(document, { filter: { trustMarkType }, orderBy }, 'viewer')
      return namesIn(data.trustMarks)
    }
    expect(await inOrder(null)).toEqual(['cherry', 'apple_tree', 'mango'])
    expect(await inOrder({ field: 'ENTITY_ID' })).toEqual(['apple_tree', 'cherry', 'mango'])
    expect(await inOrder({ field: 'EXPIRES_AT' })).toEqual(['mango', 'cherry', 'apple_tree'])
    expect(await inOrder({ field: 'EXPIRES_AT', direction: 'DESC' })).toEqual([
      'apple_tree',
      'cherry',
      'mango',
    ])
  })
})
