/** Tests single sign-on with a real OpenID Provider: who is allowed to sign in, and with which role. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import {
  client,
  type IdentityProvider,
  type Person,
  startIdentityProvider,
} from '#test/helpers/identity-provider.ts'
import { freePort } from '#test/helpers/port.ts'
import { type Visitor, visit } from '#test/helpers/visitor.ts'

let admin: TestAdmin
let provider: IdentityProvider

beforeAll(async () => {
  const port = await freePort()
  admin = await startAdmin(
    {},
    {
      loginRedirectUrl: '/subordinates',
      singleSignOn: {
        name: 'Campus login',
        issuer: `http://127.0.0.1:${port}`,
        clientId: client.id,
        clientSecret: client.secret,
        scopes: ['openid', 'profile', 'email', 'groups'],
        roleClaim: 'groups',
        roleMap: new Map([
          ['staff', 'viewer'],
          ['federation', 'operator'],
          ['federation-admins', 'admin'],
        ] as const),
      },
    },
  )
  // While the provider is unavailable, other users must be able to sign in.
  const { status, body } = await visit(admin.adminUrl).auth('/sign-in/social', {})
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'UNAVAILABLE' })
  expect((await visit(admin.adminUrl).signIn('viewer', PASSWORD)).status).toBe(200)
  provider = await startIdentityProvider(port, `${admin.adminUrl}/api/auth/callback/oidc`)
})
afterAll(async () => {
  await provider.close()
  await admin.close()
})
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

const VIEWER = '{ viewer { username name role account { signedInBy hasPassword isRecentlySignedIn } } }'
const viewerOf = async (visitor: Visitor) => (await visitor.execute(VIEWER)).data.viewer

/** Asks for a change as the user; returns what reads its state. */
async function requestOf(requestedBy: string): Promise<() => Promise<string>> {
  const { approval } = admin.server.installation
  const change = { mutation: 'updateFederationPolicy', action: 'updateFederationPolicy', resource: '' }
  const times = { requestedAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) }
  const sent = {
    document: '',
    variables: {},
    requestedBy,
    requestedMethod: 'session',
    nonce: '',
    hash: requestedBy,
  }
  const { id } = await approval.create({ data: { ...change, ...times, ...sent } })
  return async () => (await approval.findUniqueOrThrow({ where: { id } })).state
}

/** Signs in at the provider as `sub` and returns the final location. */
async function comeAs(sub: string, claims: Person): Promise<{ visitor: Visitor; end: URL }> {
  provider.present(sub, claims)
  const visitor = visit(admin.adminUrl)
  const { status, body } = await visitor.auth('/sign-in/social', {})
  expect(status).toBe(200)
  const { url } = await visitor.open(body.url)
  return { visitor, end: new URL(url) }
}

const eventsOf = (resource: string) =>
  admin.server.db.auditEvent.findMany({ where: { resourceType: 'User', resource }, orderBy: { id: 'asc' } })

it('is as strong as a passkey: the provider is responsible for second factors', async () => {
  const person = { preferred_username: 'Svante', groups: ['federation'] }
  const { visitor } = await comeAs('1999', person)
  const device = createAuthenticator(admin.adminUrl)
  const { body } = await visitor.auth('/passkey/generate-register-options')
  const response = device.register(body)
  expect((await visitor.auth('/passkey/verify-registration', { response, name: 'Key' })).status).toBe(200)
  const { visitor: again } = await comeAs('1999', person)
  const { data } = await again.execute('{ viewer { factorStep account { passkeys { name } } } }')
  expect(data.viewer).toEqual({ factorStep: null, account: { passkeys: [{ name: 'Key' }] } })
})

it('is offered by name on the sign-in page', async () => {
  const { data } = await visit(admin.adminUrl).execute('{ signInOptions { singleSignOn redirectUrl } }')
  expect(data).toEqual({ signInOptions: { singleSignOn: 'Campus login', redirectUrl: '/subordinates' } })
})

describe('a user whose groups have a role', () => {
  it('signs in with the highest role, and is redirected', async () => {
    const { visitor, end } = await comeAs('1001', {
      preferred_username: 'Paula',
      name: 'Paula Public',
      email: 'paula@example.org',
      groups: ['staff', 'federation', 'choir'],
    })
    expect(end.pathname).toBe('/subordinates')
    expect(await viewerOf(visitor)).toEqual({
      username: 'paula',
      name: 'Paula Public',
      role: 'OPERATOR',
      account: { signedInBy: 'SINGLE_SIGN_ON', hasPassword: false, isRecentlySignedIn: true },
    })
    expect(await eventsOf('paula')).toMatchObject([
      { action: 'createUser', actor: `oidc:${provider.issuer}`, after: { role: 'operator' } },
    ])
  })

  it('is the same user at the next sign-in, with the role of that time', async () => {
    const claims = { preferred_username: 'quentin', groups: ['staff'] }
    const { visitor: before } = await comeAs('1002', claims)
    expect(await viewerOf(before)).toMatchObject({ role: 'VIEWER' })
    const stateOfRequest = await requestOf('quentin')
    const { visitor } = await comeAs('1002', { ...claims, groups: ['federation-admins'] })
    expect(await viewerOf(visitor)).toMatchObject({ username: 'quentin', role: 'ADMIN' })
    expect(await viewerOf(before)).toBeNull()
    expect(await stateOfRequest()).toBe('REFUSED')
    expect((await eventsOf('quentin')).map(({ action }) => action)).toEqual(['createUser', 'updateUser'])
  })
})

describe('single sign-on refuses a user', () => {
  it('whose groups have no role, and ends sessions and keys of a former role', async () => {
    const claims = { preferred_username: 'rita', groups: ['staff'] }
    const { visitor: before } = await comeAs('1003', claims)
    const { key } = await admin.mutate('createApiKey', { username: 'rita', name: 'ci' }, 'key', 'admin')
    const byKey = () => fetch(`${admin.adminUrl}/api/v1/subordinates`, { headers: { 'x-api-key': key } })
    expect((await byKey()).status).toBe(200)
    const stateOfRequest = await requestOf('rita')
    for (const groups of [['choir'], []]) {
      const { visitor, end } = await comeAs('1003', { ...claims, groups })
      expect(end.pathname).toBe('/sign-in')
      expect(end.searchParams.get('error')).toBe('no_role')
      expect(await viewerOf(visitor)).toBeNull()
    }
    expect(await viewerOf(before)).toBeNull()
    expect((await byKey()).status).toBe(401)
    expect(await stateOfRequest()).toBe('REFUSED')
    // Once: the second time there is nothing left to end.
    expect(await eventsOf('rita')).toMatchObject([
      { action: 'createUser' },
      {
        action: 'endAccess',
        actor: `oidc:${provider.issuer}`,
        method: 'single_sign_on',
        after: { sessionsEnded: 1, apiKeysRevoked: 1, because: 'no_role' },
      },
    ])
    const outsider = await comeAs('1004', { preferred_username: 'sven', groups: ['choir'] })
    expect(outsider.end.searchParams.get('error')).toBe('no_role')
    expect(await admin.server.db.user.count({ where: { username: 'sven' } })).toBe(0)
  })

  it.each([
    ['username', { preferred_username: 'admin' }],
    ['address', { preferred_username: 'somebody', email: 'admin@users.invalid' }],
  ])('who has the %s of a user made here', async (_what, claims) => {
    const { visitor, end } = await comeAs('1005', { ...claims, groups: ['federation-admins'] })
    expect(end.searchParams.get('error')).toBe('user_conflict')
    expect(await viewerOf(visitor)).toBeNull()
    const { accounts } = await admin.server.db.user.findUniqueOrThrow({
      where: { username: 'admin' },
      include: { accounts: true },
    })
    expect(accounts.map(({ providerId }) => providerId)).toEqual(['credential'])
  })

  it('who is banned', async () => {
    const claims = { preferred_username: 'tilda', groups: ['staff'] }
    await comeAs('1006', claims)
    const accounts = createAccounts(admin.server)
    await accounts.updateUser(cliCaller('test'), 'tilda', { banned: true })
    expect(await viewerOf((await comeAs('1006', claims)).visitor)).toBeNull()
  })

  it('with the answer to the request of another user', async () => {
    provider.present('1001', { preferred_username: 'paula', groups: ['federation'] })
    const [victim, attacker] = [visit(admin.adminUrl), visit(admin.adminUrl)]
    const { body } = await attacker.auth('/sign-in/social', {})
    await victim.open(body.url)
    expect(await viewerOf(victim)).toBeNull()
  })

  it('whose authentication at the provider is too old', async () => {
    const { body } = await visit(admin.adminUrl).auth('/sign-in/social', {})
    const parameters = new URL(body.url).searchParams
    expect(parameters.get('max_age')).toBe('600')
    expect(parameters.get('code_challenge_method')).toBe('S256')
    expect(parameters.get('nonce')).toMatch(/\S{16,}/)
  })
})
