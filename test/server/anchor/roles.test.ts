/** Rights per anchor: roles of users, and API keys that are for one anchor. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signedIn } from '#test/helpers/visitor.ts'

let tester: string
const admin = adminInFile()
beforeAll(async () => {
  const anchor = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await as('createTrustAnchor', anchor)
  await createUser('tester', { anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }] })
  tester = await keyOf({ username: 'tester' })
})

const as = (name: string, input: object, selection = 'slug') => admin.mutate(name, input, selection, 'admin')
const createUser = (username: string, roles: object) =>
  as('createUser', { username, password: PASSWORD, ...roles }, 'id role anchorRoles { anchorSlug role }')
const keyOf = async (input: object) =>
  (await as('createApiKey', { name: 'test', ...input }, 'key')).key as string

async function ask(key: string, query: string, anchor?: string) {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': key,
      ...(anchor ? { 'inmor-anchor': anchor } : {}),
    },
    body: JSON.stringify({ query }),
  })
  const { data, errors = [] } = await response.json()
  const codes = errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)
  return codes.length > 0 ? codes : data
}

const ME = '{ viewer { role mayOperate mayAdminister mayManage } trustAnchors { slug } }'
const createType = (type: string) =>
  `mutation { createTrustMarkType(input: { type: "https://marks.example.org/${type}" }) { __typename } }`

describe('a user with a role in one anchor', () => {
  it('sees that anchor only, and need not name it', async () => {
    expect(await ask(tester, '{ trustAnchors { slug } trustAnchor { slug } }')).toEqual({
      trustAnchors: [{ slug: 'test' }],
      trustAnchor: { slug: 'test' },
    })
    expect(await ask(tester, '{ trustAnchor(anchor: "main") { slug } }')).toEqual(['NOT_FOUND'])
    expect(await ask(tester, '{ subordinates(first: 1) { totalCount } }', 'main')).toEqual(['NOT_FOUND'])
  })

  it('does there what the role allows, and nothing in the installation', async () => {
    expect(await ask(tester, ME, 'test')).toMatchObject({
      viewer: { role: 'OPERATOR', mayOperate: true, mayAdminister: false, mayManage: false },
    })
    expect(await ask(tester, ME)).toMatchObject({
      viewer: { role: 'OPERATOR', mayOperate: true, mayManage: false },
    })
    expect(await ask(tester, createType('operated'))).toEqual({
      createTrustMarkType: { __typename: 'CreateTrustMarkTypeSuccess' },
    })
    expect(
      await ask(tester, 'mutation { updateTrustAnchor(input: { color: "#000000" }) { __typename } }'),
    ).toEqual(['FORBIDDEN'])
    expect(await ask(tester, '{ users(first: 1) { totalCount } }')).toEqual(['FORBIDDEN'])
    const created = await admin.server.anchors.find('test')?.running?.db.auditEvent.findFirst({
      where: { action: 'createTrustMarkType' },
    })
    expect(created).toMatchObject({ actor: 'tester', anchor: 'test' })
  })

  it('signs in, and loses sessions with a change of the role', async () => {
    const visitor = await signedIn(admin, 'tester')
    const { data } = await visitor.execute('{ trustAnchors { slug } }')
    expect(data.trustAnchors).toEqual([{ slug: 'test' }])
    const users = await admin.execute('{ users(first: 20) { edges { node { id username } } } }', {}, 'admin')
    const isTester = ({ node }: { node: { username: string } }) => node.username === 'tester'
    const id = users.data?.users.edges.find(isTester)?.node.id
    const input = { id, anchorRoles: [{ anchor: 'test', role: 'VIEWER' }] }
    expect(await as('updateUser', input, 'role anchorRoles { anchorSlug role }')).toMatchObject({
      role: null,
      anchorRoles: [{ anchorSlug: 'test', role: 'VIEWER' }],
    })
    const after = await visitor.execute('{ viewer { username } }')
    expect(after.data.viewer).toBeNull()
    expect(await ask(tester, createType('viewed'))).toEqual(['FORBIDDEN'])
    expect(await ask(tester, '{ trustAnchors { mayOperate } }')).toEqual({
      trustAnchors: [{ mayOperate: false }],
    })
    await as('updateUser', { id, anchorRoles: [{ anchor: 'test', role: null }] }, 'id')
    expect(await ask(tester, '{ trustAnchors { slug } }')).toEqual(['UNAUTHENTICATED'])
  })
})

describe('a role in the installation', () => {
  it('holds in the first anchor, and not in others', async () => {
    expect(
      await ask(admin.keys.operator, '{ trustAnchors { slug mayOperate } trustAnchor { slug } }'),
    ).toEqual({
      trustAnchors: [{ slug: 'main', mayOperate: true }],
      trustAnchor: { slug: 'main' },
    })
  })

  it('of an administrator holds in every anchor', async () => {
    expect(await ask(admin.keys.admin, ME, 'test')).toMatchObject({
      viewer: { role: 'ADMIN', mayAdminister: true, mayManage: true },
      trustAnchors: [{ slug: 'main' }, { slug: 'test' }],
    })
  })

  it('of an administrator is not less where a role in an anchor is', async () => {
    await createUser('second', { role: 'ADMIN', anchorRoles: [{ anchor: 'test', role: 'VIEWER' }] })
    const key = await keyOf({ username: 'second' })
    expect(await ask(key, ME, 'test')).toMatchObject({ viewer: { role: 'ADMIN' } })
  })

  it('can be taken away from the first anchor, but not from an administrator', async () => {
    const { id } = await createUser('both', {
      role: 'OPERATOR',
      anchorRoles: [{ anchor: 'test', role: 'ADMIN' }],
    })
    const key = await keyOf({ username: 'both' })
    expect(await ask(key, ME, 'test')).toMatchObject({ viewer: { mayAdminister: true, mayManage: false } })
    expect(await ask(key, ME, 'main')).toMatchObject({ viewer: { role: 'OPERATOR' } })
    await as('updateUser', { id, anchorRoles: [{ anchor: 'main', role: null }] }, 'id')
    expect(await ask(key, '{ trustAnchors { slug } }')).toEqual({ trustAnchors: [{ slug: 'test' }] })
    const users = await admin.execute('{ users(first: 20) { edges { node { id role } } } }', {}, 'admin')
    const administrator = users.data?.users.edges.find(
      ({ node }: { node: { role: string } }) => node.role === 'ADMIN',
    )
    expect(
      await as(
        'updateUser',
        { id: administrator.node.id, anchorRoles: [{ anchor: 'main', role: null }] },
        'id',
      ),
    ).toMatchObject({ code: 'CONFLICT', path: ['input', 'anchorRoles'] })
  })
})

describe('an administrator of one anchor', () => {
  it('changes its settings, and creates neither anchors nor users', async () => {
    await createUser('head', { anchorRoles: [{ anchor: 'http://test.example.org', role: 'ADMIN' }] })
    const key = await keyOf({ username: 'head' })
    expect(
      await ask(key, 'mutation { updateTrustAnchor(input: { color: "#000000" }) { __typename } }'),
    ).toEqual({
      updateTrustAnchor: { __typename: 'UpdateTrustAnchorSuccess' },
    })
    for (const mutation of [
      'createTrustAnchor(input: { slug: "x", entityId: "http://x.example.org", displayName: "x" })',
      'removeTrustAnchor(input: { anchor: "test" })',
      'createUser(input: { username: "y", role: ADMIN })',
    ])
      expect(await ask(key, `mutation { ${mutation} { __typename } }`)).toEqual(['FORBIDDEN'])
  })
})

it.each(['main', 'test'])(
  'an administrator of %s only reads no user, API key or alert about them',
  async (anchor) => {
    await createUser(`local-${anchor}`, { anchorRoles: [{ anchor, role: 'ADMIN' }] })
    const key = await keyOf({ username: `local-${anchor}` })
    const { db } = admin.server
    const { id: user } = await db.user.findFirstOrThrow({ where: { username: 'admin' } })
    const { id: apiKey } = await db.apikey.findFirstOrThrow()
    for (const id of [`User:${user}`, `ApiKey:${apiKey}`]) {
      const node = `node(id: "${btoa(id)}") { ... on User { email } ... on ApiKey { start } }`
      expect(await ask(key, `{ ${node} }`, anchor)).toEqual(['FORBIDDEN'])
      expect(await ask(admin.keys.admin, `{ ${node} }`, anchor)).toMatchObject({ node: {} })
    }
    const codes = async (by: string) =>
      (await ask(by, '{ alerts { code } }', anchor)).alerts.map(({ code }: { code: string }) => code)
    expect(await codes(key)).not.toContain('SECOND_FACTOR_MISSING')
    if (anchor === 'main') expect(await codes(admin.keys.admin)).toContain('SECOND_FACTOR_MISSING')
    const acknowledge = `acknowledgeAlert(input: { id: "SECOND_FACTOR_MISSING:${user}" }) { __typename }`
    expect(await ask(key, `mutation { ${acknowledge} }`, anchor)).toMatchObject({
      acknowledgeAlert: { __typename: 'NotFoundError' },
    })
  },
)

describe('an API key', () => {
  it('of one anchor is valid there only, with the owner’s role there', async () => {
    const key = await keyOf({ username: 'admin', anchor: 'test' })
    expect(await ask(key, ME)).toMatchObject({
      viewer: { role: 'ADMIN', mayManage: false },
      trustAnchors: [{ slug: 'test' }],
    })
    expect(await ask(key, ME, 'test')).toMatchObject({ viewer: { role: 'ADMIN', mayManage: false } })
    expect(await ask(key, '{ users(first: 1) { totalCount } }')).toEqual(['FORBIDDEN'])
    const { data } = await admin.execute(
      '{ apiKeys(first: 20) { edges { node { anchorSlug } } } }',
      {},
      'admin',
    )
    const anchors = data?.apiKeys.edges.map(
      ({ node }: { node: { anchorSlug: string | null } }) => node.anchorSlug,
    )
    expect(anchors.filter(Boolean)).toEqual(['test'])
  })

  it('never has more than its own role, in any anchor', async () => {
    const key = await keyOf({ username: 'admin', role: 'VIEWER' })
    expect(await ask(key, ME, 'test')).toMatchObject({ viewer: { role: 'VIEWER' } })
    expect(await ask(key, createType('limited'), 'test')).toEqual(['FORBIDDEN'])
  })

  it('is refused for an anchor that does not exist', async () => {
    const input = { username: 'admin', name: 'test', anchor: 'none' }
    expect(await as('createApiKey', input, 'key')).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'anchor'],
    })
  })
})

it('refuses a user without any role, and a role in an unknown anchor', {
  tags: 'mutation/updateUser/InvalidInputError',
}, async () => {
  const { id } = await createUser('known', { role: 'VIEWER' })
  const unknown = { id, anchorRoles: [{ anchor: 'none', role: 'VIEWER' }] }
  expect(await as('updateUser', unknown, 'id')).toMatchObject({ code: 'INVALID_INPUT' })
  expect(await createUser('none', {})).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'role'] })
  expect(await createUser('none', { anchorRoles: [{ anchor: 'none', role: 'VIEWER' }] })).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'anchorRoles', '0', 'anchor'],
  })
})
