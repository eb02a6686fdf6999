/** Tests the audit log of access: sign-ins, sign-outs, failures and refusals. */
import { URI } from 'otpauth'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, PASSWORD, startSecondAdmin } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { subscribe } from '#test/helpers/subscription.ts'
import { signedInByPassword, type Visitor, visit } from '#test/helpers/visitor.ts'

/** The newest entry before the test. */
let since = 0

const admin = adminInFile()
beforeEach(async () => {
  await admin.server.db.rateLimit.deleteMany()
  since = (await admin.server.db.auditHead.findFirstOrThrow()).lastId
})

const entries = () =>
  admin.server.db.auditEvent.findMany({
    where: { id: { gt: since } },
    orderBy: { id: 'asc' },
    select: { actor: true, action: true, resource: true, outcome: true, reason: true, after: true },
  })

describe('a sign-in', () => {
  it('has an entry, and so does the sign-out', async () => {
    const visitor = await signedInByPassword(admin, 'operator')
    await visitor.auth('/sign-out', {})
    await visitor.auth('/sign-out', {})
    expect(await entries()).toMatchObject([
      { actor: 'operator', action: 'signIn', outcome: 'SUCCEEDED', after: { signedInBy: 'password' } },
      { actor: 'operator', action: 'signOut', outcome: 'SUCCEEDED' },
    ])
    const event = await admin.server.db.auditEvent.findFirstOrThrow({ where: { action: 'signIn' } })
    expect(event).toMatchObject({ address: '127.0.0.1', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  })

  it('has an entry when it fails, without an unknown name, which may be a password', async () => {
    await visit(admin.adminUrl).signIn('operator', 'a wrong password')
    await visit(admin.adminUrl).signIn('correct.horse', 'operator')
    const failed = { actor: 'anonymous', outcome: 'FAILED', reason: 'INVALID_USERNAME_OR_PASSWORD' }
    expect(await entries()).toMatchObject([
      { ...failed, resource: 'operator' },
      { ...failed, resource: 'unknown' },
    ])
  })

  it('has one entry per minute while it is throttled', async () => {
    for (let attempt = 0; attempt < 14; attempt++)
      await visit(admin.adminUrl).signIn('operator', 'a wrong password')
    const throttled = (await entries()).filter(({ reason }) => reason === 'TOO_MANY_REQUESTS')
    expect(throttled).toMatchObject([{ actor: 'anonymous', resource: 'operator', outcome: 'FAILED' }])
  })

  it('has an entry after the second factor succeeds, and names the factor', async () => {
    const visitor = await signedInByPassword(admin, 'viewer')
    const { body } = await visitor.auth('/two-factor/enable', { password: PASSWORD })
    await visitor.auth('/two-factor/verify-totp', { code: URI.parse(body.totpURI).generate() })
    await visitor.auth('/two-factor/generate-backup-codes', { password: PASSWORD })
    await visitor.auth('/sign-out', {})
    await visitor.signIn('viewer', PASSWORD)
    await visitor.auth('/two-factor/verify-totp', { code: '000000' })
    const code = 'aaaaa-aaaaa'
    await visitor.auth('/two-factor/verify-backup-code', { code })
    const { recovered } = await recover(visitor)
    expect((await entries()).map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      ['signIn', 'SUCCEEDED', null],
      ['enrolTwoFactor', 'SUCCEEDED', null],
      ['enableTwoFactor', 'SUCCEEDED', null],
      ['generateRecoveryCodes', 'SUCCEEDED', null],
      ['signOut', 'SUCCEEDED', null],
      ['signIn', 'FAILED', 'INVALID_CODE'],
      ['signIn', 'FAILED', 'INVALID_BACKUP_CODE'],
      ['signIn', 'SUCCEEDED', null],
    ])
    expect((await entries()).map(({ resource }) => resource)).toEqual(Array(8).fill('viewer'))
    expect((await entries()).at(-1)?.after).toEqual({ signedInBy: 'password', secondFactor: 'recovery_code' })
    expect(JSON.stringify(await entries())).not.toContain(recovered)
  })

  async function recover(visitor: Visitor): Promise<{ recovered: string }> {
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'viewer' } })
    const { backupCodes } = await admin.server.auth.api.viewBackupCodes({ body: { userId: id } })
    const [recovered = ''] = backupCodes
    await visitor.auth('/two-factor/verify-backup-code', { code: recovered })
    return { recovered }
  }

  it('has an entry when it uses a passkey, and so does the registration', async () => {
    const visitor = await signedInByPassword(admin, 'operator')
    const device = createAuthenticator(admin.adminUrl)
    const { body: creation } = await visitor.auth('/passkey/generate-register-options')
    await visitor.auth('/passkey/verify-registration', { response: device.register(creation), name: 'x' })
    const { body: request } = await visitor.auth('/passkey/generate-authenticate-options')
    await visitor.auth('/passkey/verify-authentication', { response: device.authenticate(request) })
    expect(await entries()).toMatchObject([
      { action: 'signIn' },
      { action: 'registerPasskey', actor: 'operator', resource: 'operator', outcome: 'SUCCEEDED' },
      { action: 'signIn', actor: 'operator', after: { signedInBy: 'passkey' } },
    ])
  })
})

describe('a mutation', () => {
  it('appears in the log when the role does not allow it, without its input', async () => {
    const secret = 'a password that nobody should read'
    const document = `mutation { createUser(input: {username: "x", password: "${secret}", role: ADMIN}) { __typename } }`
    await admin.execute(document, {}, 'operator')
    const [entry, ...more] = await entries()
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      actor: 'operator',
      action: 'createUser',
      resource: 'x',
      outcome: 'REFUSED',
      reason: 'FORBIDDEN: An API key of the role operator does not allow this.',
    })
    expect(JSON.stringify(entry)).not.toContain(secret)
  })

  it('is refused for a session whose sign-in is not recent', async () => {
    const visitor = await signedInByPassword(admin, 'admin')
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    await visitor.mutate('changePassword', { newPassword: PASSWORD }, 'hasPassword')
    expect((await entries()).at(-1)).toMatchObject({
      actor: 'admin',
      action: 'changePassword',
      outcome: 'REFUSED',
      reason: expect.stringMatching(/^REAUTHENTICATION_REQUIRED/),
    })
  })

  it('leaves no entry when the caller is not signed in', async () => {
    await admin.execute('mutation { endOtherSessions { __typename } }', {}, null)
    expect(await entries()).toEqual([])
  })
})

it('shows network and e-mail addresses to administrators only', async () => {
  const email = 'grace@example.org'
  const input = { username: 'grace', password: PASSWORD, role: 'VIEWER', email }
  await admin.mutate('createUser', input, 'id', 'admin')
  const document = `{ auditEvents(first: 1, filter: { resource: "grace" }) {
    edges { node { address before after changes { path after } reason } } } }`
  const shownTo = async (role: 'admin' | 'operator' | 'viewer') => {
    const { data } = await admin.execute(document, {}, role)
    return data.auditEvents.edges[0].node
  }
  const full = await shownTo('admin')
  expect(full).toMatchObject({
    address: '127.0.0.1',
    after: { email },
    changes: expect.arrayContaining([{ path: 'email', after: email }]),
  })
  for (const role of ['operator', 'viewer'] as const) {
    const shown = await shownTo(role)
    expect(shown).toMatchObject({ address: null, after: { role: 'viewer', name: 'grace' } })
    expect(JSON.stringify(shown)).not.toContain(email)
    const rest = await fetch(`${admin.adminUrl}/api/v1/auditlog?resource=grace`, {
      headers: { 'x-api-key': admin.keys[role] },
    })
    const text = await rest.text()
    expect(text).toContain('"address":null')
    expect(text).not.toContain(email)
  }
})

it('filters entries by refusal', async () => {
  const document =
    '{ auditEvents(filter: { outcome: REFUSED }) { edges { node { outcome reason action } } } }'
  const { data } = await admin.execute(document, {}, 'viewer')
  const outcomes = data.auditEvents.edges.map(({ node }: { node: { outcome: string } }) => node.outcome)
  expect([...new Set(outcomes)]).toEqual(['REFUSED'])
})

it('streams every entry once and in order, including entries of other processes', async () => {
  const { results } = await subscribe(
    admin.adminUrl,
    admin.keys.viewer,
    'subscription { auditEventRecorded { action resource } }',
  )
  const other = await inTest(startSecondAdmin(admin))
  const resources = Array.from({ length: 5 }, (_, index) => `https://ta.example.org/marks/${index}`)
  for (const type of resources.slice(0, 3)) await admin.mutate('createTrustMarkType', { type }, 'id')
  for (const type of resources.slice(3))
    await other.services.trustMarkTypes.create(cliCaller('elsewhere'), { type })
  await vi.waitFor(
    () =>
      expect(results.map(({ data }) => data?.auditEventRecorded)).toEqual(
        resources.map((resource) => ({ action: 'CREATE_TRUST_MARK_TYPE', resource })),
      ),
    patience,
  )
})
