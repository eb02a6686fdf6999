/** Tests passkeys: registration after a recent sign-in, sign-in, and the user verification that both require. */
import { describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { type Authenticator, createAuthenticator } from '#test/helpers/authenticator.ts'
import { type Answer, type Visitor, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile({}, { secondFactorGroups: ['admin'] })

const PASSKEYS =
  '{ viewer { username lacksSecondFactor account { signedInBy passkeys { id name } sessions { isCurrent signedInBy } } } }'
const viewerOf = async (visitor: Visitor) => (await visitor.execute(PASSKEYS)).data.viewer

async function register(visitor: Visitor, device: Authenticator, name = 'My laptop'): Promise<Answer> {
  const options = await visitor.auth('/passkey/generate-register-options')
  if (options.status !== 200) return options
  return visitor.auth('/passkey/verify-registration', { response: device.register(options.body), name })
}

async function signInWith(visitor: Visitor, device: Authenticator): Promise<Answer> {
  const { body: options } = await visitor.auth('/passkey/generate-authenticate-options')
  return visitor.auth('/passkey/verify-authentication', { response: device.authenticate(options) })
}

async function signedIn(username: 'viewer' | 'operator' | 'admin'): Promise<Visitor> {
  await admin.server.db.rateLimit.deleteMany()
  const visitor = visit(admin.adminUrl)
  await visitor.signIn(username, PASSWORD)
  return visitor
}

describe('a passkey', () => {
  it('is registered, signs in without a password, and is removed', {
    tags: ['mutation/renamePasskey/success', 'mutation/removePasskey/success'],
  }, async () => {
    const visitor = await signedIn('operator')
    const device = createAuthenticator(admin.adminUrl)
    expect((await register(visitor, device)).status).toBe(200)
    await visitor.auth('/sign-out', {})

    expect((await signInWith(visitor, device)).status).toBe(200)
    const { username, account } = await viewerOf(visitor)
    expect({ username, signedInBy: account.signedInBy }).toEqual({
      username: 'operator',
      signedInBy: 'PASSKEY',
    })
    const [{ id }] = account.passkeys
    expect(await visitor.mutate('renamePasskey', { id, name: 'Old laptop' }, 'passkeys { name }')).toEqual({
      passkeys: [{ name: 'Old laptop' }],
    })
    expect(await visitor.mutate('removePasskey', { id }, 'passkeys { id }')).toEqual({ passkeys: [] })
    expect((await signInWith(visit(admin.adminUrl), device)).status).toBe(401)
  })

  it('counts as a second factor', async () => {
    const visitor = await signedIn('admin')
    expect(await viewerOf(visitor)).toMatchObject({ lacksSecondFactor: true })
    const device = createAuthenticator(admin.adminUrl)
    await register(visitor, device)
    await signInWith(visitor, device)
    expect(await viewerOf(visitor)).toMatchObject({ username: 'admin', lacksSecondFactor: false })
  })

  it('is refused when the device did not verify the user', async () => {
    const visitor = await signedIn('viewer')
    const careless = createAuthenticator(admin.adminUrl, { verifiesUser: false })
    expect(await register(visitor, careless)).toMatchObject({ body: { code: 'USER_VERIFICATION_REQUIRED' } })
    expect(await admin.server.db.passkey.count({ where: { user: { username: 'viewer' } } })).toBe(0)
  })

  it('is refused from a page of another origin', async () => {
    const visitor = await signedIn('viewer')
    const elsewhere = createAuthenticator('https://phishing.example.org')
    expect((await register(visitor, elsewhere)).status).toBeGreaterThanOrEqual(400)
    expect(await admin.server.db.passkey.count({ where: { user: { username: 'viewer' } } })).toBe(0)
  })

  it('needs a recent sign-in to be registered', async () => {
    const device = createAuthenticator(admin.adminUrl)
    expect((await register(visit(admin.adminUrl), device)).status).toBe(401)
    const visitor = await signedIn('viewer')
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    expect(await register(visitor, device)).toMatchObject({
      status: 403,
      body: { code: 'SESSION_NOT_FRESH' },
    })
  })

  it('does not sign in a banned user', async () => {
    const accounts = createAccounts(admin.server)
    await accounts.createUser(cliCaller('test'), { username: 'nora', password: PASSWORD, role: 'viewer' })
    const visitor = visit(admin.adminUrl)
    await visitor.signIn('nora', PASSWORD)
    const device = createAuthenticator(admin.adminUrl)
    await register(visitor, device)
    await accounts.updateUser(cliCaller('test'), 'nora', { banned: true })
    expect((await signInWith(visitor, device)).status).toBeGreaterThanOrEqual(400)
    expect(await viewerOf(visitor)).toBeNull()
  })
})
