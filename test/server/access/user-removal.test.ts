/** Tests the removal of users, and the time of their last sign-in. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import { standIn } from '#test/helpers/in-file.ts'
import { signedIn, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
beforeEach(async () => void (await db.rateLimit.deleteMany()))

const createUser = (username: string, role = 'OPERATOR') =>
  admin.mutate('createUser', { username, password: PASSWORD, role }, 'id', 'admin')
const remove = (id: string) => admin.mutate('removeUser', { id }, '', 'admin')
const idOf = async (username: string) => {
  const { id } = await db.user.findUniqueOrThrow({ where: { username } })
  return Buffer.from(`User:${id}`).toString('base64')
}

describe('a removed user', () => {
  it('loses sessions, passkeys and API keys; the audit log keeps the name', {
    tags: 'mutation/removeUser/success',
  }, async () => {
    const { id } = await createUser('anna')
    const { key } = await admin.mutate(
      'createApiKey',
      { username: 'anna', name: 'nightly export' },
      'key',
      'admin',
    )
    const visitor = await signedIn(admin, 'anna')
    const { body: options } = await visitor.auth('/passkey/generate-register-options')
    const response = createAuthenticator(admin.adminUrl).register(options)
    expect((await visitor.auth('/passkey/verify-registration', { response, name: 'x' })).status).toBe(200)
    const { id: row } = await db.user.findUniqueOrThrow({ where: { username: 'anna' } })

    expect(await remove(id)).toMatchObject({ ids: [id] })
    expect((await visitor.execute('{ viewer { username } }')).data.viewer).toBeNull()
    expect((await visit(admin.adminUrl).signIn('anna', PASSWORD)).status).toBe(401)
    const headers = { 'content-type': 'application/json', 'x-api-key': key }
    const body = JSON.stringify({ query: '{ viewer { username } }' })
    const answer = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
    expect((await answer.json()).data.viewer).toBeNull()
    const where = { where: { userId: row } }
    expect(await db.session.count(where)).toBe(0)
    expect(await db.passkey.count(where)).toBe(0)
    expect(await db.account.count(where)).toBe(0)
    const { data } = await admin.execute(
      '{ apiKeys(filter: { search: "nightly export" }) { edges { node { state owner { id } } } } }',
    )
    expect(data.apiKeys.edges).toEqual([{ node: { state: 'REVOKED', owner: null } }])
    expect(await db.auditEvent.findFirst({ where: { action: 'removeUser' } })).toMatchObject({
      resource: 'anna',
      before: { role: 'operator', name: 'anna' },
      after: { sessionsEnded: 1, apiKeysRevoked: 1 },
    })
    // Their name is free, and a new user with it has none of the old access.
    await createUser('anna')
    expect(await db.apikey.count({ where: { referenceId: row, enabled: true } })).toBe(0)
  })

  it('is neither oneself nor the last administrator', {
    tags: 'mutation/removeUser/ConflictError',
  }, async () => {
    const oneself = { __typename: 'ConflictError', message: expect.stringContaining('yourself') }
    expect(await remove(await idOf('admin'))).toMatchObject(oneself)
    const second = await createUser('second', 'ADMIN')
    const visitor = await signedIn(admin, 'second')
    await admin.mutate('updateUser', { id: await idOf('admin'), name: 'Root' }, 'id', 'admin')
    await db.user.update({ where: { username: 'second' }, data: { banned: true } })
    expect(await remove(second.id)).toMatchObject({ ids: [second.id] })
    const { errors } = await visitor.execute('{ users { totalCount } }')
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })

  it('leaves an administrator when two remove each other at the same time', async () => {
    const people = ['left', 'right'] as const
    const visitors = await Promise.all(
      people.map(async (username) => {
        await createUser(username, 'ADMIN')
        const visitor = await signedIn(admin, username)
        return visitor
      }),
    )
    const [left, right] = [await idOf('left'), await idOf('right')]
    await db.user.update({ where: { username: 'admin' }, data: { role: 'viewer' } })
    const send = (index: number, id: string) =>
      visitors[index]?.execute(
        'mutation ($input: RemoveUserInput!) { removeUser(input: $input) { __typename } }',
        { input: { id } },
      )
    await Promise.all([send(0, right), send(1, left)])
    expect(await db.user.count({ where: { username: { in: ['left', 'right'] } } })).toBe(1)
    await db.user.update({ where: { username: 'admin' }, data: { role: 'admin' } })
  })

  it.each(['removeUser', 'secureUser'])(
    'is not ended after an old sign-in: %s',
    {
      tags: [
        'mutation/removeUser/ReauthenticationRequiredError',
        'mutation/secureUser/ReauthenticationRequiredError',
      ],
    },
    async (mutation) => {
      const username = `cora-${mutation.toLowerCase()}`
      const { id } = await createUser(username)
      const visitor = await signedIn(admin, 'admin')
      await db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
      const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ... on Error { code } } }`
      const { data } = await visitor.execute(document, { input: { id } })
      expect(data[mutation]).toEqual({ code: 'REAUTHENTICATION_REQUIRED' })
      expect(await db.user.findUnique({ where: { username } })).toMatchObject({ banned: false })
    },
  )

  it.each(['viewer', 'operator'] as const)('is not removed by a %s', async (role) => {
    const document = 'mutation ($input: RemoveUserInput!) { removeUser(input: $input) { __typename } }'
    const { errors } = await admin.execute(document, { input: { id: await idOf('viewer') } }, role)
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })
})

it('shows the last sign-in of a user, which a wrong password is not', async () => {
  const { id } = await createUser('ben')
  const last = async () => {
    const document = 'query ($id: ID!) { node(id: $id) { ... on User { lastSignInAt } } }'
    return (await admin.execute(document, { id })).data.node.lastSignInAt
  }
  await visit(admin.adminUrl).signIn('ben', 'not the password')
  expect(await last()).toBeNull()
  const before = Date.now()
  await visit(admin.adminUrl).signIn('ben', PASSWORD)
  expect(Date.parse(await last())).toBeGreaterThanOrEqual(before)
})
