/** Tests the second factor: its setup, and that the password alone gives no access. */
import { TOTP, URI } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { systemClock } from '#server/clock.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signedInByPassword, type Visitor, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile({}, { secondFactorGroups: ['admin'] })

const accounts = () => createAccounts(admin.server)
const makeUser = (username: string, role: 'viewer' | 'operator' | 'admin' = 'operator') =>
  accounts().createUser(cliCaller('test'), { username, password: PASSWORD, role })

/** The throttle counts by address, and all clients in these tests share one. */
const forgiveAttempts = () => admin.server.db.rateLimit.deleteMany()

const ACCOUNT = '{ viewer { username lacksSecondFactor account { twoFactorEnabled recoveryCodesLeft } } }'
const viewerOf = async (visitor: Visitor) => (await visitor.execute(ACCOUNT)).data.viewer

type Enrolment = { visitor: Visitor; totp: TOTP; recoveryCodes: string[] }

async function enrol(username: string): Promise<Enrolment> {
  await forgiveAttempts()
  const visitor = await signedInByPassword(admin, username)
  const { status, body } = await visitor.auth('/two-factor/enable', { password: PASSWORD })
  expect(status).toBe(200)
  const totp = URI.parse(body.totpURI)
  if (!(totp instanceof TOTP)) throw new Error('the URI is one of TOTP')
  expect((await visitor.auth('/two-factor/verify-totp', { code: totp.generate() })).status).toBe(200)
  return { visitor, totp, recoveryCodes: body.backupCodes }
}

/** Simulates the next time step, because waiting for it takes half a minute. */
async function freeStep(username: string): Promise<void> {
  const user = await admin.server.db.user.findUniqueOrThrow({ where: { username } })
  await admin.server.db.twoFactor.update({ where: { userId: user.id }, data: { lastUsedStep: null } })
}

describe('an authenticator app', () => {
  it('is active after its first correct code', async () => {
    await makeUser('anna')
    await forgiveAttempts()
    const visitor = await signedInByPassword(admin, 'anna')
    await visitor.auth('/two-factor/enable', { password: PASSWORD })
    expect((await visitor.auth('/two-factor/verify-totp', { code: '000000' })).status).toBe(401)
    expect(await viewerOf(visitor)).toMatchObject({
      account: { twoFactorEnabled: false, recoveryCodesLeft: 0 },
    })
    expect((await visit(admin.adminUrl).signIn('anna', PASSWORD)).body).not.toHaveProperty(
      'twoFactorRedirect',
    )
  })

  it('is required after the password, before a session exists', async () => {
    await makeUser('ben')
    const { totp } = await enrol('ben')
    await freeStep('ben')
    const visitor = visit(admin.adminUrl)
    expect((await visitor.signIn('ben', PASSWORD)).body).toMatchObject({ twoFactorRedirect: true })
    expect(await viewerOf(visitor)).toBeNull()
    const wrong = await visitor.auth('/two-factor/verify-totp', { code: '000000' })
    expect(wrong).toMatchObject({ status: 401, body: { code: 'INVALID_CODE' } })
    expect((await visitor.auth('/two-factor/verify-totp', { code: totp.generate() })).status).toBe(200)
    expect(await viewerOf(visitor)).toMatchObject({
      username: 'ben',
      account: { twoFactorEnabled: true, recoveryCodesLeft: 10 },
    })
  })

  it('accepts each code once, also from two simultaneous requests', async () => {
    await makeUser('cora')
    const { totp } = await enrol('cora')
    await freeStep('cora')
    const visitors = [visit(admin.adminUrl), visit(admin.adminUrl)]
    for (const visitor of visitors) await visitor.signIn('cora', PASSWORD)
    const code = totp.generate()
    const answers = await Promise.all(
      visitors.map((visitor) => visitor.auth('/two-factor/verify-totp', { code })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    const refused = answers.find(({ status }) => status === 401)
    expect(refused?.body).toMatchObject({ code: 'CODE_ALREADY_USED' })
  })

  it('has a secret that the database stores encrypted only', async () => {
    await makeUser('dora')
    const { totp } = await enrol('dora')
    const rows = JSON.stringify(await admin.server.db.twoFactor.findMany())
    expect(rows).not.toContain(totp.secret.base32)
    expect(rows).not.toContain(Buffer.from(totp.secret.buffer).toString('utf8'))
  })

  it('is required also for a device that asks to be trusted', async () => {
    await makeUser('emil')
    const { totp } = await enrol('emil')
    await freeStep('emil')
    const visitor = await signedInByPassword(admin, 'emil')
    await visitor.auth('/two-factor/verify-totp', { code: totp.generate(), trustDevice: true })
    await visitor.auth('/sign-out', {})
    expect((await visitor.signIn('emil', PASSWORD)).body).toMatchObject({ twoFactorRedirect: true })
  })

  it('is removed by an administrator, which ends every session', {
    tags: 'mutation/resetSecondFactor/success',
  }, async () => {
    const { id } = await makeUser('fred')
    const { visitor } = await enrol('fred')
    const globalId = Buffer.from(`User:${id}`).toString('base64')
    const user = await admin.mutate('resetSecondFactor', { id: globalId }, 'twoFactorEnabled', 'admin')
    expect(user).toMatchObject({ twoFactorEnabled: false })
    expect(await viewerOf(visitor)).toBeNull()
    expect((await visitor.signIn('fred', PASSWORD)).body).not.toHaveProperty('twoFactorRedirect')
  })

  it('is removed by its owner', { tags: 'mutation/disableTwoFactor/success' }, async () => {
    await makeUser('gina')
    const { visitor } = await enrol('gina')
    const account = await visitor.mutate('disableTwoFactor', null, 'twoFactorEnabled recoveryCodesLeft')
    expect(account).toEqual({ twoFactorEnabled: false, recoveryCodesLeft: 0 })
    expect(await visitor.mutate('disableTwoFactor', null, 'twoFactorEnabled')).toMatchObject({
      code: 'CONFLICT',
    })
  })
})

describe('recovery codes', () => {
  it('replace the app, each once', async () => {
    await makeUser('hugo')
    const { recoveryCodes } = await enrol('hugo')
    const [code] = recoveryCodes
    for (const expected of [200, 401]) {
      const visitor = await signedInByPassword(admin, 'hugo')
      expect((await visitor.auth('/two-factor/verify-backup-code', { code })).status).toBe(expected)
      if (expected === 200)
        expect(await viewerOf(visitor)).toMatchObject({ account: { recoveryCodesLeft: 9 } })
    }
  })

  it('are replaced with the password, and the old codes stop working', async () => {
    await makeUser('ida')
    const { visitor, recoveryCodes } = await enrol('ida')
    const made = await visitor.auth('/two-factor/generate-backup-codes', { password: PASSWORD })
    expect(made.body.backupCodes).toHaveLength(10)
    const other = await signedInByPassword(admin, 'ida')
    const attempt = (code: string) => other.auth('/two-factor/verify-backup-code', { code })
    expect((await attempt(recoveryCodes[0] ?? '')).status).toBe(401)
    expect((await attempt(made.body.backupCodes[0])).status).toBe(200)
  })

  it('need a recent sign-in to be created', async () => {
    await makeUser('jana')
    const { visitor } = await enrol('jana')
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    const answer = await visitor.auth('/two-factor/generate-backup-codes', { password: PASSWORD })
    expect(answer).toMatchObject({ status: 403, body: { code: 'SESSION_NOT_FRESH' } })
  })
})

describe('a role that needs a second factor', () => {
  it('allows only its setup after the password alone', async () => {
    await makeUser('karl', 'admin')
    await forgiveAttempts()
    const visitor = await signedInByPassword(admin, 'karl')
    expect(await viewerOf(visitor)).toMatchObject({ lacksSecondFactor: true })
    const { errors } = await visitor.execute('{ users { totalCount } }')
    expect(errors?.[0]?.extensions?.code).toBe('SECOND_FACTOR_REQUIRED')

    const { visitor: equipped } = await enrol('karl')
    expect(await viewerOf(equipped)).toMatchObject({ lacksSecondFactor: false })
    expect((await equipped.execute('{ users { totalCount } }')).errors).toBeUndefined()
  })
})

it('locks the second factor after ten wrong codes, also across several sign-ins', async () => {
  await makeUser('lena')
  const { recoveryCodes } = await enrol('lena')
  for (let attempt = 0; attempt < 10; attempt++) {
    await forgiveAttempts()
    const visitor = await signedInByPassword(admin, 'lena')
    await visitor.auth('/two-factor/verify-totp', { code: '000000' })
  }
  await forgiveAttempts()
  const visitor = await signedInByPassword(admin, 'lena')
  const answer = await visitor.auth('/two-factor/verify-backup-code', { code: recoveryCodes[0] ?? '' })
  expect(answer.status).toBe(429)
})

it('decrypts secrets that an earlier AUTH_SECRET encrypted', async () => {
  const { id } = await makeUser('mara')
  await enrol('mara')
  const { authSecret, ...config } = admin.config
  const secrets = { authSecret: 'another secret, in force from now on', previousAuthSecrets: [authSecret] }
  const rotated = createAuth(admin.server.db, { ...config, ...secrets }, systemClock)
  const { backupCodes } = await rotated.api.viewBackupCodes({ body: { userId: id } })
  expect(backupCodes).toHaveLength(10)
})
