/** Tests filters and orders of the smaller lists: runs, users, API keys and Trust Mark types. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const HOUR = 3_600_000
const at = (hours: number) => new Date(Date.now() + hours * HOUR)

const admin = adminInFile()
beforeAll(() => Promise.all([addRuns(), addUsersWithKeys(), addTypes()]))

/** Identifies each run by its `error`. */
async function addRuns(): Promise<void> {
  const runs = [
    { error: 'first', kind: 'SUBORDINATES', state: 'SUCCEEDED', startedBy: 'job:renew', failed: 2 },
    { error: 'second', kind: 'TRUST_MARKS', state: 'SUCCEEDED', startedBy: 'anna' },
    { error: 'third', kind: 'SUBORDINATES', state: 'CANCELLED', startedBy: 'anna', failed: 1 },
    { error: 'fourth', kind: 'IMPORT', state: 'FAILED', startedBy: 'anna.b' },
  ]
  const begun = [at(-5), at(-2), at(-4), at(-3)]
  await admin.server.db.run.createMany({
    data: runs.map((run, index) => ({ ...run, startedAt: begun[index] ?? at(0), endedAt: at(-1) })),
  })
}

/** In addition to the users of every test admin, named like their roles, with one key each. */
async function addUsersWithKeys(): Promise<void> {
  const { db } = admin.server
  const users = [
    { username: 'zoe', name: 'Zoe Quist', email: 'z@campus.example', role: 'operator', banned: true },
    { username: 'bo_b', name: 'Bob', email: 'bo_b@users.invalid', role: null, banned: null },
    { username: 'bozb', name: '100%', email: 'bozb@users.invalid', role: 'viewer' },
  ]
  await db.user.createMany({
    data: users.map((user, index) => ({ id: user.username, createdAt: at(index), ...user })),
  })
  const keys = [
    { id: 'lasting', name: 'nightly', start: 'inmor_AbCd', referenceId: 'zoe' },
    { id: 'later', name: 'later', start: 'inmor_EfGh', referenceId: 'bo_b', expiresAt: at(2) },
    { id: 'sooner', name: 'sooner', start: 'inmor_IjKl', referenceId: 'bo_b', expiresAt: at(1) },
    { id: 'over', name: 'over', start: 'inmor_MnOp', referenceId: 'bo_b', expiresAt: at(-1) },
    { id: 'gone', name: 'gone', start: 'inmor_QrSt', referenceId: 'bozb', expiresAt: at(-2), enabled: false },
  ]
  const times = (index: number) => ({ createdAt: at(index), updatedAt: at(index) })
  await db.apikey.createMany({
    data: keys.map((key, index) => ({ ...key, ...times(index), key: key.id })),
  })
}

async function addTypes(): Promise<void> {
  const name = 'https://ta.example.org/marks'
  const owner = { sub: 'https://owner.example.org', jwks: { keys: [] } }
  await admin.server.db.trustMarkType.createMany({
    data: [
      { type: `${name}/member_b`, description: 'Full member', createdAt: at(-1) },
      { type: `${name}/guest`, description: 'Guest', active: false, createdAt: at(-3) },
      { type: `${name}/assured`, description: 'Assured', owner, createdAt: at(-2) },
    ],
  })
}

const lists = {
  runs: ['Run', 'error'],
  users: ['User', 'username'],
  apiKeys: ['ApiKey', 'name'],
  trustMarkTypes: ['TrustMarkType', 'description'],
} as const

type List = keyof typeof lists
type Variables = { filter?: object; orderBy?: object; first?: number; after?: string }

async function page(list: List, variables: Variables) {
  const [type, name] = lists[list]
  const document = `query ($filter: ${type}Filter, $orderBy: ${type}Order, $first: Int, $after: String) {
    ${list}(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount edges { node { ${name} } } pageInfo { hasNextPage endCursor } } }`
  const { data, errors } = await admin.execute(document, variables)
  if (!data) throw new Error(JSON.stringify(errors))
  const { totalCount, edges, pageInfo } = data[list]
  const names: unknown[] = edges.map(({ node }: { node: Record<string, unknown> }) => node[name])
  return { totalCount, names, pageInfo }
}

/** Names read one per page: an order must be stable across pages, also among equal values. */
async function find(list: List, variables: Variables): Promise<unknown[]> {
  const found: unknown[] = []
  let after: string | undefined
  while (found.length < 100) {
    const { totalCount, names, pageInfo } = await page(list, {
      ...variables,
      first: 1,
      ...(after ? { after } : {}),
    })
    found.push(...names)
    if (!pageInfo.hasNextPage) {
      expect(totalCount).toBe(found.length)
      return found
    }
    after = pageInfo.endCursor
  }
  throw new Error(`the pages lead in a circle: ${found.slice(0, 10).join(', ')} …`)
}

type Case = [title: string, filter: object, expected: string[]]
type Order = [field: string, direction: 'ASC' | 'DESC', expected: string[]]

describe('runs', () => {
  it.each<Case>([
    ['no condition', {}, ['fourth', 'third', 'second', 'first']],
    ['a kind', { kind: 'SUBORDINATES' }, ['third', 'first']],
    ['one state', { states: ['FAILED'] }, ['fourth']],
    ['several states', { states: ['FAILED', 'CANCELLED'] }, ['fourth', 'third']],
    ['no state in particular', { states: [], kind: 'IMPORT' }, ['fourth']],
    ['exactly who started them', { startedBy: ' anna ' }, ['third', 'second']],
    ['items that failed', { hasFailures: true }, ['third', 'first']],
    ['no item that failed', { hasFailures: false }, ['fourth', 'second']],
    ['two conditions at once', { startedBy: 'anna', hasFailures: true }, ['third']],
  ])('are found by %s, the latest first', async (_title, filter, expected) => {
    expect(await find('runs', { filter })).toEqual(expected)
  })

  it.each<Order>([
    ['STARTED_AT', 'ASC', ['first', 'third', 'fourth', 'second']],
    ['STARTED_AT', 'DESC', ['second', 'fourth', 'third', 'first']],
    ['FAILED', 'DESC', ['first', 'third', 'fourth', 'second']],
    ['FAILED', 'ASC', ['second', 'fourth', 'third', 'first']],
  ])('are in the order of %s %s', async (field, direction, expected) => {
    expect(await find('runs', { orderBy: { field, direction } })).toEqual(expected)
  })
})

describe('users', () => {
  it.each<Case>([
    ['no condition', {}, ['admin', 'bo_b', 'bozb', 'operator', 'viewer', 'zoe']],
    ['a part of the username, literally', { search: 'o_b' }, ['bo_b']],
    ['a part of the name, in any case', { search: ' QUIST ' }, ['zoe']],
    ['a percent sign that stands for itself', { search: '%' }, ['bozb']],
    ['a part of the address', { search: '@campus' }, ['zoe']],
    ['no address that was made up', { search: 'users.invalid' }, []],
    ['a role', { role: 'OPERATOR' }, ['operator', 'zoe']],
    ['the least role, which is not that of those who have none', { role: 'VIEWER' }, ['bozb', 'viewer']],
    ['being locked out', { banned: true }, ['zoe']],
    ['not being locked out', { banned: false, search: 'b' }, ['bo_b', 'bozb']],
    ['two conditions at once', { role: 'OPERATOR', banned: false }, ['operator']],
  ])('are found by %s', async (_title, filter, expected) => {
    expect(await find('users', { filter })).toEqual(expected)
  })

  it.each<Order>([
    ['USERNAME', 'DESC', ['zoe', 'bozb', 'bo_b']],
    ['CREATED_AT', 'ASC', ['zoe', 'bo_b', 'bozb']],
    ['CREATED_AT', 'DESC', ['bozb', 'bo_b', 'zoe']],
  ])('are in the order of %s %s', async (field, direction, expected) => {
    const names = await find('users', { orderBy: { field, direction } })
    expect(names.filter((name) => expected.some((one) => one === name))).toEqual(expected)
  })
})

describe('API keys', () => {
  const ours = { search: 'inmor_' }

  it.each<Case>([
    ['a part of the name', { search: 'NIGHT' }, ['nightly']],
    ['the first characters', { search: 'inmor_mnop' }, ['over']],
    ['a part of the owner’s username, literally', { search: 'o_b' }, ['over', 'sooner', 'later']],
    ['exactly the owner', { owner: 'bozb' }, ['gone']],
    ['an owner that nobody is', { owner: 'bo' }, []],
    ['working, with no expiry', { state: 'ACTIVE', owner: 'zoe' }, ['nightly']],
    ['being past its expiry', { state: 'EXPIRED' }, ['over']],
    ['being revoked, expired or not', { state: 'REVOKED' }, ['gone']],
    ['two conditions at once', { owner: 'bo_b', state: 'ACTIVE' }, ['sooner', 'later']],
  ])('are found by %s, the latest first', async (_title, filter, expected) => {
    expect(await find('apiKeys', { filter })).toEqual(expected)
  })

  it.each<Order>([
    ['CREATED_AT', 'ASC', ['nightly', 'later', 'sooner', 'over', 'gone']],
    ['EXPIRES_AT', 'ASC', ['gone', 'over', 'sooner', 'later', 'nightly']],
    ['EXPIRES_AT', 'DESC', ['nightly', 'later', 'sooner', 'over', 'gone']],
  ])('are in the order of %s %s', async (field, direction, expected) => {
    const names = await find('apiKeys', { filter: ours, orderBy: { field, direction } })
    expect(names.filter((name) => expected.some((one) => one === name))).toEqual(expected)
  })

  it('report the state that the filter uses', async () => {
    const document = '{ apiKeys { edges { node { name state } } } }'
    const { data } = await admin.execute(document)
    const nodes: { name: string; state: string }[] = data.apiKeys.edges.map(
      ({ node }: { node: object }) => node,
    )
    const states = Object.fromEntries(nodes.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({ nightly: 'ACTIVE', later: 'ACTIVE', over: 'EXPIRED', gone: 'REVOKED' })
  })
})

describe('Trust Mark Types', () => {
  it.each<Case>([
    ['no condition', {}, ['Assured', 'Guest', 'Full member']],
    ['a part of the identifier, literally', { search: 'R_B' }, ['Full member']],
    ['a part of the description', { search: 'full' }, ['Full member']],
    ['what nothing is called', { search: '%' }, []],
    ['being inactive', { active: false }, ['Guest']],
    ['having an owner', { hasOwner: true }, ['Assured']],
    ['having none', { hasOwner: false }, ['Guest', 'Full member']],
    ['two conditions at once', { hasOwner: false, active: true }, ['Full member']],
  ])('are found by %s', async (_title, filter, expected) => {
    expect(await find('trustMarkTypes', { filter })).toEqual(expected)
  })

  it.each<Order>([
    ['TYPE', 'DESC', ['Full member', 'Guest', 'Assured']],
    ['CREATED_AT', 'ASC', ['Guest', 'Assured', 'Full member']],
  ])('are in the order of %s %s', async (field, direction, expected) => {
    expect(await find('trustMarkTypes', { orderBy: { field, direction } })).toEqual(expected)
  })
})
