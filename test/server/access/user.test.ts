/** Tests the mutations of users and API keys: who may sign in, and for how long. */
import { describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'

const admin = adminInFile()

const VIEWER = '{ viewer { username role } }'

async function askWith(key: string) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query: VIEWER })
  const response = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
  return (await response.json()).data.viewer
}

const createUser = (username: string, role = 'OPERATOR') =>
  admin.mutate('createUser', { username, password: PASSWORD, role }, 'id username role banned', 'admin')

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
    const { apiKey } = await admin.mutate('createApiKey', input, 'apiKey { createdAt expiresAt }', 'admin')
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
