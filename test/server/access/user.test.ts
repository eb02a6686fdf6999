/** Tests the mutations of users and API keys: who may sign in, and for how long. */
import { describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signedIn } from '#test/helpers/visitor.ts'

const admin = adminInFile()

const VIEWER = '{ viewer { username role } }'

async function send(key: string, query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query, variables })
  const response = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
  return (await response.json()).data
}
const askWith = async (key: string) => (await send(key, VIEWER)).viewer

const createUser = (username: string, role = 'OPERATOR') =>
  admin.mutate('createUser', { username, password: PASSWORD, role }, 'id username role banned', 'admin')

const CREATE_KEY =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on CreateApiKeySuccess { key apiKey { expiresAt } } ... on Error { code path message } } }'

const createKey = (input: object) =>
  admin.mutate('createApiKey', input, 'key apiKey { id role owner { username } }', 'admin')

describe('users', () => {
  it('are created by an administrator, and only once', {
    tags: ['mutation/createUser/success', 'mutation/createUser/ConflictError'],
  }, async () => {
    expect(await createUser('anna')).toMatchObject({ username: 'anna', role: 'OPERATOR', banned: false })
    expect(await createUser('anna')).toMatchObject({ __typename: 'ConflictError', code: 'CONFLICT' })
    const actions = await admin.server.db.auditEvent.findMany({
      where: { resource: 'anna' },
      orderBy: { id: 'asc' },
    })
    expect(actions.map(({ action, actor, outcome }) => ({ action, actor, outcome }))).toEqual([
      { action: 'createUser', actor: 'admin', outcome: 'SUCCEEDED' },
      { action: 'createUser', actor: 'admin', outcome: 'FAILED' },
    ])
  })

  it('need a password of twelve characters', { tags: 'mutation/createUser/InvalidInputError' }, async () => {
    const input = { username: 'ben', password: 'too short', role: 'VIEWER' }
    const result = await admin.mutate('createUser', input, 'id', 'admin')
    expect(result).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' })
  })

  it('are not created by an operator', async () => {
    const document =
      'mutation { createUser(input: {username: "x", password: "correct horse battery", role: ADMIN}) { __typename } }'
    const { errors } = await admin.execute(document, {}, 'operator')
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('lose all access immediately when they are banned', {
    tags: 'mutation/updateUser/success',
  }, async () => {
    const { id } = await createUser('cora')
    const { key } = await createKey({ username: 'cora', name: 'script' })
    expect(await askWith(key)).toEqual({ username: 'cora', role: 'OPERATOR' })
    expect(await admin.mutate('updateUser', { id, banned: true }, 'banned', 'admin')).toMatchObject({
      banned: true,
    })
    expect(await askWith(key)).toBeNull()
  })

  it('get a new password, which ends their sessions', {
    tags: 'mutation/resetUserPassword/success',
  }, async () => {
    const { id } = await createUser('emil')
    const password = 'another correct horse'
    const signIn = (password: string) =>
      fetch(`${admin.adminUrl}/api/auth/sign-in/username`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: admin.adminUrl },
        body: JSON.stringify({ username: 'emil', password }),
      })
    const cookies = (await signIn(PASSWORD)).headers.getSetCookie().map((each) => each.split(';')[0])
    const reset = await admin.mutate('resetUserPassword', { id, password }, 'username', 'admin')
    expect(reset).toMatchObject({ username: 'emil' })
    expect((await signIn(PASSWORD)).status).toBe(401)
    expect((await signIn(password)).status).toBe(200)
    const session = await fetch(`${admin.adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', cookie: cookies.join('; ') },
      body: JSON.stringify({ query: VIEWER }),
    })
    expect((await session.json()).data.viewer).toBeNull()
  })

  it('do not get a new password that is too short', {
    tags: 'mutation/resetUserPassword/InvalidInputError',
  }, async () => {
    const { id } = await createUser('finn')
    const result = await admin.mutate('resetUserPassword', { id, password: 'short' }, 'username', 'admin')
    expect(result).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' })
  })

  it('always include one administrator', { tags: 'mutation/updateUser/ConflictError' }, async () => {
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'admin' } })
    const globalId = Buffer.from(`User:${id}`).toString('base64')
    for (const change of [{ banned: true }, { role: 'VIEWER' }]) {
      const result = await admin.mutate('updateUser', { id: globalId, ...change }, 'id', 'admin')
      expect(result).toMatchObject({ __typename: 'ConflictError' })
    }
    expect(await askWith(admin.keys.admin)).toEqual({ username: 'admin', role: 'ADMIN' })
  })
})

describe('API keys', () => {
  it('allow no more than their role and their owner', {
    tags: 'mutation/createApiKey/success',
  }, async () => {
    await createUser('dora')
    const lesser = await createKey({ username: 'dora', name: 'reader', role: 'VIEWER' })
    expect(lesser.apiKey).toMatchObject({ role: 'VIEWER', owner: { username: 'dora' } })
    expect(await askWith(lesser.key)).toEqual({ username: 'dora', role: 'VIEWER' })
    const greater = await createKey({ username: 'dora', name: 'hopeful', role: 'ADMIN' })
    expect(await askWith(greater.key)).toEqual({ username: 'dora', role: 'OPERATOR' })
  })

  it.each([
    [{}, 365],
    [{ days: 30 }, 30],
    [{ days: 3650 }, 3650],
    [{ days: null }, null],
  ])('expire after a year unless another time is given: %o', async (further, days) => {
    const input = { username: 'viewer', name: 'lasting', ...further }
    const visitor = await signedIn(admin, 'admin')
    const { apiKey } = await visitor.mutate('createApiKey', input, 'apiKey { createdAt expiresAt }')
    const lasts = apiKey.expiresAt && Date.parse(apiKey.expiresAt) - Date.parse(apiKey.createdAt)
    expect(lasts).toBe(days && days * 86_400_000)
  })

  it('stop working when they are revoked', { tags: 'mutation/revokeApiKey/success' }, async () => {
    const { key, apiKey } = await createKey({ username: 'operator', name: 'short-lived' })
    expect(await askWith(key)).toEqual({ username: 'operator', role: 'OPERATOR' })
    expect(await admin.mutate('revokeApiKey', { id: apiKey.id }, 'enabled', 'admin')).toMatchObject({
      enabled: false,
    })
    expect(await askWith(key)).toBeNull()
  })

  it.each([
    ['resetUserPassword', { password: 'another correct horse' }],
    ['resetSecondFactor', {}],
  ])('of a user end with %s, as an open invitation does, unless they are to stay', async (mutation, more) => {
    const { id: invited } = await admin.mutate(
      'createUser',
      { username: `i${mutation}`.toLowerCase(), role: 'ADMIN' },
      'id',
      'admin',
    )
    const username = `k${mutation}`.toLowerCase()
    const { id } = await createUser(username, 'ADMIN')
    const { key } = await createKey({ username, name: 'script' })
    const { createApiKey: child } = await send(key, CREATE_KEY, {
      input: { username: 'viewer', name: 'of a script' },
    })
    expect(
      await admin.mutate(mutation, { id, ...more, keepApiKeys: true }, 'username', 'admin'),
    ).toMatchObject({
      username,
    })
    expect(await askWith(key)).toMatchObject({ username })
    for (const each of [id, invited]) await admin.mutate(mutation, { id: each, ...more }, 'username', 'admin')
    expect([await askWith(key), await askWith(child.key)]).toEqual([null, null])
    const where = { action: mutation, resource: username, outcome: 'SUCCEEDED' }
    const entries = await admin.server.db.auditEvent.findMany({ where, orderBy: { id: 'asc' } })
    expect(entries.map(({ after }) => after)).toMatchObject([{ apiKeysRevoked: 0 }, { apiKeysRevoked: 2 }])
    expect(await admin.server.db.invitation.count({ where: { userId: atob(invited).slice(5) } })).toBe(0)
  })

  it('that a key makes end with it: when it is revoked, and no later than it expires', async () => {
    const parent = await createKey({ username: 'admin', name: 'parent', days: 10 })
    const make = async (key: string, input: object) => (await send(key, CREATE_KEY, { input })).createApiKey
    const tooLong = { code: 'INVALID_INPUT', path: ['input', 'days'] }
    for (const days of [11, null])
      expect(await make(parent.key, { username: 'viewer', name: 'x', days })).toMatchObject(tooLong)
    const child = await make(parent.key, { username: 'admin', name: 'child' })
    const grandchild = await make(child.key, { username: 'viewer', name: 'grandchild', days: 2 })
    const { expiresAt } = await admin.server.db.apikey.findFirstOrThrow({ where: { name: 'parent' } })
    expect(child.apiKey.expiresAt).toBe(expiresAt?.toISOString())
    expect(await askWith(grandchild.key)).toMatchObject({ username: 'viewer' })
    await admin.mutate('revokeApiKey', { id: parent.apiKey.id }, 'enabled', 'admin')
    for (const { key } of [parent, child, grandchild]) expect(await askWith(key)).toBeNull()
    const names = ['parent', 'child', 'grandchild']
    const revoked = { where: { name: { in: names }, enabled: false } }
    expect(await admin.server.db.apikey.count(revoked)).toBe(names.length)
    const where = { action: 'revokeApiKey', resource: 'admin/parent' }
    expect(await admin.server.db.auditEvent.findFirst({ where })).toMatchObject({
      after: { enabled: false, apiKeysRevoked: 3 },
    })
  })

  it('are named by the audit log, also of refused changes', async () => {
    const { key } = await createKey({ username: 'admin', name: 'named', role: 'VIEWER' })
    const { start } = await admin.server.db.apikey.findFirstOrThrow({ where: { name: 'named' } })
    await send(key, CREATE_KEY, { input: { username: 'viewer', name: 'refused by name' } })
    const { auditEvents } = await send(
      admin.keys.admin,
      '{ auditEvents(first: 2) { nodes { action outcome apiKey } } }',
    )
    expect(auditEvents.nodes).toEqual([
      { action: 'CREATE_API_KEY', outcome: 'REFUSED', apiKey: `named (${start})` },
      { action: 'CREATE_API_KEY', outcome: 'SUCCEEDED', apiKey: `test (${admin.keys.admin.slice(0, 12)})` },
    ])
  })

  it('need an existing user and a whole number of days', {
    tags: ['mutation/createApiKey/InvalidInputError', 'mutation/createApiKey/NotFoundError'],
  }, async () => {
    expect(await createKey({ username: 'nobody', name: 'x' })).toMatchObject({ code: 'NOT_FOUND' })
    for (const days of [0, -1, 3651])
      expect(await createKey({ username: 'operator', name: 'x', days })).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['input', 'days'],
      })
  })
})
