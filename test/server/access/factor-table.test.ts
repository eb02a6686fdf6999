/** Tests the rule for factors: each strength of an account with each strength of a session, and each action. */
import { TOTP, URI } from 'otpauth'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { type Strength, strengths, strongest } from '#server/identity/strength.ts'
import { schema } from '#server/schema/index.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { type Authenticator, createAuthenticator } from '#test/helpers/authenticator.ts'
import { documentOf } from '#test/helpers/minimal-document.ts'
import { type Answer, signedInByPassword, type Visitor, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

type Account = { username: string; sessions: Record<Strength, Visitor>; device: Authenticator; totp: TOTP }
let count = 0

async function addPasskey(visitor: Visitor, device = createAuthenticator(admin.adminUrl)): Promise<Answer> {
  const options = await visitor.auth('/passkey/generate-register-options')
  if (options.status !== 200) return options
  return visitor.auth('/passkey/verify-registration', {
    response: device.register(options.body),
    name: 'Key',
  })
}

const nextStep = (username: string) =>
  admin.server.db.twoFactor.updateMany({ where: { user: { username } }, data: { lastUsedStep: null } })

async function codeOf(visitor: Visitor, username: string, totp: TOTP): Promise<Answer> {
  await nextStep(username)
  return visitor.auth('/two-factor/verify-totp', { code: totp.generate() })
}

/** An administrator with a session of each strength; then its factors are reduced to the wanted strength. */
async function makeAccount(strength: Strength): Promise<Account> {
  const username = `person-${count++}`
  const role = 'admin'
  await createAccounts(admin.server).createUser(cliCaller('test'), { username, password: PASSWORD, role })
  const weak = await signedInByPassword(admin, username)
  const coded = await signedInByPassword(admin, username)
  const { body } = await coded.auth('/two-factor/enable', { password: PASSWORD })
  const totp = URI.parse(body.totpURI)
  if (!(totp instanceof TOTP)) throw new Error('the URI is one of TOTP')
  expect((await codeOf(coded, username, totp)).status).toBe(200)
  const strong = await signedInByPassword(admin, username)
  expect((await codeOf(strong, username, totp)).status).toBe(200)
  const device = createAuthenticator(admin.adminUrl)
  expect((await addPasskey(strong, device)).status).toBe(200)
  if (strength !== 'PASSKEY') await removePasskey(strong)
  if (strength === 'PASSWORD') await strong.mutate('disableTwoFactor', null, 'hasPassword')
  await admin.server.db.rateLimit.deleteMany()
  const sessions = { PASSWORD: weak, PASSWORD_AND_CODE: coded, PASSKEY: strong }
  return { username, sessions, device, totp }
}

async function removePasskey(visitor: Visitor) {
  const { data } = await visitor.execute('{ viewer { account { passkeys { id } } } }')
  const id = data?.viewer?.account?.passkeys[0]?.id ?? 'unknown'
  return visitor.execute(
    'mutation ($input: RemovePasskeyInput!) { removePasskey(input: $input) { __typename } }',
    {
      input: { id },
    },
  )
}

const codeOfErrors = async (answer: ReturnType<Visitor['execute']>) =>
  (await answer).errors?.[0]?.extensions?.code

/** Each with the code of its refusal; undefined: it was not refused. In this order, because some end what others need. */
const actions: Readonly<Record<string, (visitor: Visitor) => Promise<string | undefined>>> = {
  'read the account': (visitor) => codeOfErrors(visitor.execute('{ viewer { account { hasPassword } } }')),
  read: (visitor) => codeOfErrors(visitor.execute('{ subordinates { totalCount } }')),
  change: (visitor) =>
    codeOfErrors(visitor.execute('mutation { updateMail(input: { enabled: true }) { __typename } }')),
  'new recovery codes': async (visitor) =>
    (await visitor.auth('/two-factor/generate-backup-codes', { password: PASSWORD })).body.code,
  'add an app': async (visitor) =>
    (await visitor.auth('/two-factor/enable', { password: PASSWORD })).body.code,
  'finish an app': async (visitor) =>
    (await visitor.auth('/two-factor/verify-totp', { code: '000000' })).body.code,
  'disable the app': (visitor) =>
    codeOfErrors(visitor.execute('mutation { disableTwoFactor { __typename } }')),
  'remove a passkey': (visitor) => codeOfErrors(removePasskey(visitor)),
  'add a passkey': async (visitor) => (await addPasskey(visitor)).body.code,
}
/** Answers of the library that are about something else than the strength. */
const others = ['TWO_FACTOR_NOT_ENABLED', 'TOTP_ALREADY_ENABLED', 'INVALID_CODE', undefined]

const pairs = strengths.flatMap((account) => strengths.map((session) => [account, session] as const))

describe.each(pairs)('an account with %s and a session with %s', (account, session) => {
  const mayAct = strongest(session, account) === session

  it(`may ${mayAct ? 'do all' : 'read who it is, use its factor and sign out'}`, async () => {
    const made = await makeAccount(account)
    const visitor = made.sessions[session]
    const { data } = await visitor.execute('{ viewer { username factorStep mayAdminister } }')
    const step = account === 'PASSKEY' ? 'USE_PASSKEY' : 'USE_CODE'
    expect(data.viewer).toEqual({
      username: made.username,
      factorStep: mayAct ? null : step,
      mayAdminister: mayAct,
    })
    for (const [name, attempt] of Object.entries(actions)) {
      const code = await attempt(visitor)
      if (mayAct) expect.soft(others, name).toContain(code)
      else expect.soft(code, name).toBe('SECOND_FACTOR_REQUIRED')
    }
    if (!mayAct) {
      const user = await admin.server.db.user.findUniqueOrThrow({
        where: { username: made.username },
        include: { passkeys: true },
      })
      const factors = { app: user.twoFactorEnabled, passkeys: user.passkeys.length }
      expect(factors).toEqual({ app: true, passkeys: account === 'PASSKEY' ? 1 : 0 })
    }
    expect((await visitor.auth('/sign-out', {})).status).toBe(200)
  })
})

describe('a session that is weaker than its account', () => {
  it('is answered by no other field of the root', async () => {
    const { sessions } = await makeAccount('PASSKEY')
    const open = ['viewer', 'signInOptions', 'invitation', 'acceptInvitation']
    const { errors } = await sessions.PASSWORD.execute('{ __typename }')
    expect(errors).toBeUndefined()
    for (const [operation, type] of [
      ['query', schema.getQueryType()],
      ['mutation', schema.getMutationType()],
    ] as const)
      for (const field of Object.values(type?.getFields() ?? {})) {
        if (open.includes(field.name)) continue
        const code = await codeOfErrors(sessions.PASSWORD.execute(documentOf(operation, field)))
        expect.soft(code, field.name).toBe('SECOND_FACTOR_REQUIRED')
      }
  })

  it('becomes strong by the factor', async () => {
    const { sessions, device, username, totp } = await makeAccount('PASSKEY')
    const step = async (visitor: Visitor) =>
      (await visitor.execute('{ viewer { factorStep } }')).data.viewer?.factorStep
    const { PASSWORD: visitor } = sessions
    await visitor.signIn(username, PASSWORD)
    expect((await codeOf(visitor, username, totp)).status).toBe(200)
    expect(await step(visitor)).toBe('USE_PASSKEY')
    const { body } = await visitor.auth('/passkey/generate-authenticate-options')
    await visitor.auth('/passkey/verify-authentication', { response: device.authenticate(body) })
    expect(await step(visitor)).toBeNull()
  })

  it('is one that a recovery code began, where the account has a passkey', async () => {
    const { sessions, username } = await makeAccount('PASSKEY')
    const { body } = await sessions.PASSKEY.auth('/two-factor/generate-backup-codes', { password: PASSWORD })
    const visitor = visit(admin.adminUrl)
    await visitor.signIn(username, PASSWORD)
    const code = body.backupCodes[0]
    expect((await visitor.auth('/two-factor/verify-backup-code', { code })).status).toBe(200)
    expect(await actions.read?.(visitor)).toBe('SECOND_FACTOR_REQUIRED')
    expect(await actions['add a passkey']?.(visitor)).toBe('SECOND_FACTOR_REQUIRED')
  })
})

it('a session with a passkey keeps its strength when an authenticator app is set up', async () => {
  const { sessions, username } = await makeAccount('PASSKEY')
  const visitor = sessions.PASSKEY
  await visitor.mutate('disableTwoFactor', null, 'hasPassword')
  const { body } = await visitor.auth('/two-factor/enable', { password: PASSWORD })
  const totp = URI.parse(body.totpURI)
  if (!(totp instanceof TOTP)) throw new Error('the URI is one of TOTP')
  expect((await codeOf(visitor, username, totp)).status).toBe(200)
  expect((await visitor.execute('{ viewer { factorStep } }')).data.viewer.factorStep).toBeNull()
})

it('a setup that a weaker session began is not finished by it', async () => {
  const username = `person-${count++}`
  await createAccounts(admin.server).createUser(cliCaller('test'), {
    username,
    password: PASSWORD,
    role: 'admin',
  })
  const thief = await signedInByPassword(admin, username)
  const { body } = await thief.auth('/two-factor/enable', { password: PASSWORD })
  const owner = await signedInByPassword(admin, username)
  expect((await addPasskey(owner)).status).toBe(200)
  const answer = await thief.auth('/two-factor/verify-totp', { code: URI.parse(body.totpURI).generate() })
  expect(answer).toMatchObject({ status: 403, body: { code: 'SECOND_FACTOR_REQUIRED' } })
})

describe('a lost factor', () => {
  const reset = (visitor: Visitor, id: string) => visitor.mutate('resetSecondFactor', { id }, 'passkeyCount')

  it.each(strengths)(
    'of an account with %s is reset by another person only',
    {
      tags: 'mutation/resetSecondFactor/ConflictError',
    },
    async (strength) => {
      const made = await makeAccount(strength)
      const { id: key } = await admin.server.db.user.findUniqueOrThrow({ where: { username: made.username } })
      const id = btoa(`User:${key}`)
      expect(await reset(made.sessions.PASSKEY, id)).toMatchObject({ __typename: 'ConflictError' })
      const { sessions } = await makeAccount('PASSKEY')
      expect(
        await codeOfErrors(
          sessions.PASSWORD.execute(`mutation { resetSecondFactor(input: { id: "${id}" }) { __typename } }`),
        ),
      ).toBe('SECOND_FACTOR_REQUIRED')
      expect(await reset(sessions.PASSKEY, id)).toEqual({ passkeyCount: 0 })
      const visitor = await signedInByPassword(admin, made.username)
      expect(await actions.read?.(visitor)).toBeUndefined()
    },
  )

  it('is not reset by an own API key', async () => {
    const { username, sessions } = await makeAccount('PASSKEY')
    const { key } = await admin.mutate('createApiKey', { username, name: 'x' }, 'key', 'admin')
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username } })
    const query = `mutation { resetSecondFactor(input: { id: "${btoa(`User:${id}`)}" }) { __typename } }`
    const response = await fetch(`${admin.adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', 'x-api-key': key },
      body: JSON.stringify({ query }),
    })
    const { data } = (await response.json()) as { data: object }
    expect(data).toEqual({ resetSecondFactor: { __typename: 'ConflictError' } })
    expect(await actions['read the account']?.(sessions.PASSKEY)).toBeUndefined()
  })
})

it('a new password leaves the factor needed', async () => {
  const { username } = await makeAccount('PASSKEY')
  const other = 'chosen by an administrator'
  await createAccounts(admin.server).setPassword(cliCaller('test'), username, other)
  const visitor = visit(admin.adminUrl)
  await visitor.signIn(username, other)
  await nextStep(username)
  expect((await visitor.execute('{ viewer { username } }')).data.viewer).toBeNull()
  const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username } })
  const invitation = await admin.mutate('createInvitation', { id: btoa(`User:${id}`) }, 'id', 'admin')
  expect(invitation).toMatchObject({ __typename: 'ConflictError' })
})

it('API keys are no sessions: they have the rights of their owner, and no account', async () => {
  const { username } = await makeAccount('PASSKEY')
  const { key } = await admin.mutate('createApiKey', { username, name: 'x' }, 'key', 'admin')
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', 'x-api-key': key },
    body: JSON.stringify({ query: '{ viewer { factorStep mayAdminister account { hasPassword } } }' }),
  })
  const { data } = (await response.json()) as { data: object }
  expect(data).toEqual({ viewer: { factorStep: null, mayAdminister: true, account: null } })
})
