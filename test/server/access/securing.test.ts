/** Tests that one call takes a stolen account away from a thief, with everything that the thief made to come back. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signedIn, signedInByPassword, type Visitor } from '#test/helpers/visitor.ts'
import { administratorsInFile, protect, waiting } from '#test/server/protection/people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

const VIEWER = '{ viewer { username } }'
const COUNTS = 'sessionsEnded apiKeysRevoked invitationsEnded requestsEnded'
const SECURED = `${COUNTS} changeCount changes { action resource } user { username banned }`

async function withKey(key: string, query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query, variables })
  const response = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
  return (await response.json()).data
}
const isValid = async (key: string) => (await withKey(key, VIEWER)).viewer !== null

async function makeKey(by: Visitor, username: string): Promise<string> {
  const { key } = await by.mutate('createApiKey', { username, name: crypto.randomUUID() }, 'key')
  return key
}

async function stolen(username: string, role = 'ADMIN'): Promise<{ id: string; visitor: Visitor }> {
  const { id } = await admin.mutate('createUser', { username, password: PASSWORD, role }, 'id', 'admin')
  return { id, visitor: await signedIn(admin, username) }
}

it('ends sessions, keys of the account and by it, invitations and requests, and says what it did', {
  tags: 'mutation/secureUser/success',
}, async () => {
  const { id, visitor } = await stolen('mallory')
  const since = new Date().toISOString()
  const own = await makeKey(visitor, 'mallory')
  const create = `mutation { createApiKey(input: { username: "viewer", name: "child" }) { ... on CreateApiKeySuccess { key } } }`
  const child = (await withKey(own, create)).createApiKey.key
  const ofAnother = await makeKey(visitor, 'viewer')
  const untouched = await makeKey(people.alice.visitor, 'viewer')
  const invited = { username: 'eve', role: 'ADMIN' }
  const { invitation } = await visitor.mutate('createUser', invited, 'invitation { link }')
  await protect(admin, ['ANCHOR'])
  const settings = 'mutation { updateTrustAnchor(input: { organizationName: "Other" }) { __typename } }'
  waiting(await visitor.execute(settings))
  await protect(admin, [])

  const secured = await people.alice.visitor.mutate('secureUser', { id, since }, SECURED)
  expect(secured).toMatchObject({
    ...{ sessionsEnded: 1, apiKeysRevoked: 3, invitationsEnded: 1, requestsEnded: 1, changeCount: 5 },
    user: { username: 'mallory', banned: true },
  })
  const actions = secured.changes.map(({ action }: { action: string }) => action)
  const keys = ['CREATE_API_KEY', 'CREATE_API_KEY', 'CREATE_API_KEY']
  expect(actions).toEqual(['REQUEST_APPROVAL', 'CREATE_USER', ...keys])

  expect((await visitor.execute(VIEWER)).data.viewer).toBeNull()
  for (const key of [own, child, ofAnother]) expect(await isValid(key)).toBe(false)
  expect(await isValid(untouched)).toBe(true)
  const token = new URL(invitation.link).hash.slice(1) || new URL(invitation.link).pathname.split('/').at(-1)
  const accepted = await admin.mutate('acceptInvitation', { token, password: PASSWORD }, 'username')
  expect(accepted).toMatchObject({ __typename: 'NotFoundError' })
  await expect(signedInByPassword(admin, 'mallory')).rejects.toThrow('BANNED_USER')
})

describe('where access is protected', () => {
  const secure = (by: Visitor, id: string, further: object = {}) =>
    by.execute(
      `mutation ($input: SecureUserInput!) { secureUser(input: $input) { ... on SecureUserSuccess { securedUser { ${SECURED} } } } }`,
      { input: { id, ...further } },
    )

  it('one administrator does it to an operator', async () => {
    const { id } = await stolen('olaf', 'OPERATOR')
    await protect(admin, ['ACCESS'])
    const { data } = await secure(people.alice.visitor, id)
    expect(data.secureUser.securedUser.user.banned).toBe(true)
  })

  it('to lock out an administrator takes two, and to end the rest takes one', async () => {
    const { id, visitor } = await stolen('adam')
    await protect(admin, ['ACCESS'])
    // Only alice and bob could approve, and one of them asks.
    waiting(await secure(people.alice.visitor, id))
    expect((await visitor.execute(VIEWER)).data.viewer).not.toBeNull()
    const { data } = await secure(people.alice.visitor, id, { lockOut: false })
    expect(data.secureUser.securedUser).toMatchObject({ sessionsEnded: 1, user: { banned: false } })
    expect((await visitor.execute(VIEWER)).data.viewer).toBeNull()
  })
})

it('does not end the last administrator', { tags: 'mutation/secureUser/ConflictError' }, async () => {
  const { user } = admin.server.installation
  const { id } = await user.findUniqueOrThrow({ where: { username: 'admin' } })
  await user.updateMany({ where: { role: 'admin', username: { not: 'admin' } }, data: { banned: true } })
  const secured = await admin.mutate('secureUser', { id: btoa(`User:${id}`) }, SECURED, 'admin')
  await user.updateMany({ data: { banned: false } })
  expect(secured).toMatchObject({
    __typename: 'ConflictError',
    message: expect.stringMatching(/last administrator/),
  })
})
