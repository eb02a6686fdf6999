/** Tests refusals for the user's own account, and the audit entries of its changes. */
import { URI } from 'otpauth'
import { beforeEach, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeEach(async () => {
  const { db } = admin.server
  await db.rateLimit.deleteMany()
  // A user who has a factor could not sign in with the password alone.
  await db.passkey.deleteMany()
  await db.twoFactor.deleteMany()
  await db.user.updateMany({ data: { twoFactorEnabled: false } })
})

const SESSIONS = '{ viewer { account { sessions { id isCurrent } passkeys { id } } } }'
const accountOf = async (visitor: Visitor) => (await visitor.execute(SESSIONS)).data.viewer.account

async function withPasskey(visitor: Visitor): Promise<{ id: string }> {
  const { body: options } = await visitor.auth('/passkey/generate-register-options')
  const response = createAuthenticator(admin.adminUrl).register(options)
  await visitor.auth('/passkey/verify-registration', { response, name: 'My laptop' })
  const { passkeys } = await accountOf(visitor)
  return { id: passkeys.at(-1).id }
}

async function withTwoFactor(visitor: Visitor): Promise<null> {
  const { body } = await visitor.auth('/two-factor/enable', { password: PASSWORD })
  await visitor.auth('/two-factor/verify-totp', { code: URI.parse(body.totpURI).generate() })
  return null
}

async function otherSession(): Promise<{ id: string }> {
  const { sessions } = await accountOf(await signedIn(admin, 'operator'))
  return { id: sessions.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent).id }
}

eachRow<[mutation: string, input: (visitor: Visitor) => Promise<object | null> | object | null]>(
  [
    ['changePassword', () => ({ newPassword: PASSWORD })],
    ['endSession', otherSession],
    ['endOtherSessions', () => null],
    ['renamePasskey', async (visitor) => ({ ...(await withPasskey(visitor)), name: 'Old laptop' })],
    ['removePasskey', withPasskey],
    ['disableTwoFactor', withTwoFactor],
  ],
  ([mutation]) => [`mutation/${mutation}/audit`],
)('has one entry of a %s', async (mutation, inputOf) => {
  const visitor = await signedIn(admin, 'operator')
  const input = await inputOf(visitor)
  const where = { action: mutation }
  expect(await admin.server.db.auditEvent.count({ where })).toBe(0)
  const variables = input ? `($input: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!)` : ''
  const { data } = await visitor.execute(
    `mutation ${variables} { ${mutation}${input ? '(input: $input)' : ''} { __typename } }`,
    input ? { input } : {},
  )
  expect(data[mutation].__typename).toMatch(/Success$/)
  const entries = await admin.server.db.auditEvent.findMany({ where })
  expect(entries).toMatchObject([
    { actor: 'operator', method: 'session', resource: 'operator', outcome: 'SUCCEEDED' },
  ])
})

eachRow<[mutation: string, input: object]>(
  [
    ['renamePasskey', { id: 'nothing', name: 'Mine now' }],
    ['removePasskey', { id: 'nothing' }],
  ],
  ([mutation]) => [`mutation/${mutation}/NotFoundError`],
)('%s does not find a missing passkey or one of another user', async (mutation, input) => {
  const theirs = await withPasskey(await signedIn(admin, 'viewer'))
  const visitor = await signedIn(admin, 'admin')
  for (const id of ['nothing', theirs.id]) {
    const answer = await visitor.mutate(mutation, { ...input, id }, 'passkeys { id }')
    expect(answer).toMatchObject({ __typename: 'NotFoundError', path: ['input', 'id'] })
  }
  const kept = await admin.server.db.passkey.findUnique({ where: { id: theirs.id } })
  expect(kept?.name).toBe('My laptop')
})

it.each(['', '   ', 'x'.repeat(65)])(
  'refuses "%s" as the name of a passkey',
  { tags: 'mutation/renamePasskey/InvalidInputError' },
  async (name) => {
    const visitor = await signedIn(admin, 'viewer')
    const { id } = await withPasskey(visitor)
    const answer = await visitor.mutate('renamePasskey', { id, name }, 'passkeys { id }')
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', path: ['input', 'name'] })
  },
)

it('refuses to remove an authenticator app when none is set up', {
  tags: 'mutation/disableTwoFactor/ConflictError',
}, async () => {
  const answer = await (await signedIn(admin, 'admin')).mutate('disableTwoFactor', null, 'hasPassword')
  expect(answer).toMatchObject({ __typename: 'ConflictError', code: 'CONFLICT' })
})

it('refuses to change the password of a single sign-on user', {
  tags: 'mutation/changePassword/ConflictError',
}, async () => {
  const visitor = await signedIn(admin, 'admin')
  const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'admin' } })
  const where = { userId: id, providerId: 'credential' }
  await admin.server.db.account.updateMany({ where, data: { providerId: 'elsewhere' } })
  const answer = await visitor.mutate('changePassword', { newPassword: PASSWORD }, 'hasPassword')
  expect(answer).toMatchObject({ __typename: 'ConflictError', code: 'CONFLICT' })
  const back = { userId: id, providerId: 'elsewhere' }
  await admin.server.db.account.updateMany({ where: back, data: { providerId: 'credential' } })
})

eachRow<[mutation: string, input: object | null]>(
  [
    ['removePasskey', { id: 'any' }],
    ['disableTwoFactor', null],
  ],
  ([mutation]) => [`mutation/${mutation}/ReauthenticationRequiredError`],
)('%s requires a recent sign-in', async (mutation, input) => {
  const visitor = await signedIn(admin, 'admin')
  await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
  const answer = await visitor.mutate(mutation, input, 'hasPassword')
  expect(answer).toMatchObject({ __typename: 'ReauthenticationRequiredError' })
})
