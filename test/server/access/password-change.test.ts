/** Tests that a user whose password must be changed can do nothing else first. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { schema } from '#server/schema/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { documentOf } from '#test/helpers/minimal-document.ts'
import { type Visitor, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

const FIRST = 'chosen by the administrator'
const OWN = 'chosen by the user alone'
const VIEWER = '{ viewer { username passwordChange account { hasPassword } } }'
const viewerOf = async (visitor: Visitor) => (await visitor.execute(VIEWER)).data.viewer

async function signedIn(username: string, password = FIRST): Promise<Visitor> {
  const visitor = visit(admin.adminUrl)
  expect((await visitor.signIn(username, password)).status).toBe(200)
  return visitor
}

async function newUser(username: string, role: Role, further: object = { mustChangePassword: true }) {
  const input = { username, password: FIRST, role: role.toUpperCase(), ...further }
  return admin.mutate('createUser', input, 'id passwordChange', 'admin')
}

/** The code with which a visitor's mutation is refused. */
async function codeOf(visitor: Visitor, name: string): Promise<string | undefined> {
  const field = schema.getMutationType()?.getFields()[name]
  if (!field) throw new Error(`There is no mutation ${name}.`)
  const { errors } = await visitor.execute(documentOf('mutation', field))
  return errors?.[0]?.extensions?.code
}

const own = [
  'endSession',
  'endOtherSessions',
  'changePassword',
  'disableTwoFactor',
  'renamePasskey',
  'removePasskey',
  'updateMail',
]
const names = Object.keys(schema.getMutationType()?.getFields() ?? {})
const others = names.filter((name) => !own.includes(name) && name !== 'acceptInvitation')

describe('a password that must be changed', () => {
  it('is the one that an administrator set so, at creation and later', async () => {
    expect(await newUser('anna', 'viewer')).toMatchObject({ passwordChange: 'REQUIRED' })
    const { id, passwordChange } = await newUser('ben', 'viewer', {})
    expect(passwordChange).toBe('NONE')
    const reset = (further: object) =>
      admin.mutate('resetUserPassword', { id, password: FIRST, ...further }, 'passwordChange', 'admin')
    expect(await reset({ mustChangePassword: true })).toMatchObject({ passwordChange: 'REQUIRED' })
    expect(await viewerOf(await signedIn('ben'))).toMatchObject({ passwordChange: 'REQUIRED' })
    expect(await reset({})).toMatchObject({ passwordChange: 'NONE' })
  })

  it('refuses every mutation of an administrator, who is a member too, except those of the own account', async () => {
    await newUser('cora', 'admin')
    const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
    await admin.mutate('invitePerson', { organizationId, email: 'cora@users.invalid' }, 'id')
    const visitor = await signedIn('cora')
    for (const name of others) expect.soft(await codeOf(visitor, name), name).toBe('PASSWORD_CHANGE_REQUIRED')
    for (const name of own.filter((each) => each !== 'changePassword'))
      expect.soft(await codeOf(visitor, name), name).toBeUndefined()
    const entry = await admin.server.db.auditEvent.findFirst({
      where: { actor: 'cora', action: 'updateTrustAnchor' },
    })
    expect(entry).toMatchObject({ outcome: 'REFUSED', reason: expect.stringContaining('Choose a new one') })
  })

  it.each([
    ['viewer', 'FORBIDDEN', 'FORBIDDEN'],
    ['operator', 'PASSWORD_CHANGE_REQUIRED', 'FORBIDDEN'],
    ['admin', 'PASSWORD_CHANGE_REQUIRED', 'PASSWORD_CHANGE_REQUIRED'],
  ] as const)('is checked after the role: %s', async (role, operate, administer) => {
    await newUser(`new-${role}`, role)
    const visitor = await signedIn(`new-${role}`)
    expect(await codeOf(visitor, 'registerSubordinate')).toBe(operate)
    expect(await codeOf(visitor, 'createUser')).toBe(administer)
    expect((await visitor.execute('{ subordinates { totalCount } }')).errors).toBeUndefined()
  })

  it('is over once the user has chosen another one', async () => {
    await newUser('dora', 'admin')
    const visitor = await signedIn('dora')
    const same = await visitor.mutate('changePassword', { newPassword: FIRST }, 'hasPassword')
    expect(same).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'newPassword'] })
    await visitor.mutate('changePassword', { newPassword: OWN }, 'hasPassword')
    expect(await viewerOf(visitor)).toMatchObject({ passwordChange: 'NONE' })
    expect(await codeOf(visitor, 'updateTrustAnchor')).toBeUndefined()
    expect(await viewerOf(await signedIn('dora', OWN))).toMatchObject({ passwordChange: 'NONE' })
  })

  it('comes before a second factor, and allows to sign out', async () => {
    await newUser('emil', 'viewer')
    const visitor = await signedIn('emil')
    for (const [path, body] of [
      ['/two-factor/enable', { password: FIRST }],
      ['/two-factor/generate-backup-codes', { password: FIRST }],
      ['/two-factor/verify-totp', { code: '000000' }],
      ['/passkey/generate-register-options', undefined],
      ['/passkey/verify-registration', { response: {} }],
    ] as const)
      expect.soft(await visitor.auth(path, body), path).toMatchObject({
        status: 403,
        body: { code: 'PASSWORD_CHANGE_REQUIRED' },
      })
    expect((await visitor.auth('/sign-out', {})).status).toBe(200)
    expect(await viewerOf(visitor)).toBeNull()
  })

  it('does not affect API keys, and REST takes no session', async () => {
    await newUser('finn', 'admin')
    const { key } = await admin.mutate('createApiKey', { username: 'finn', name: 'x' }, 'key', 'admin')
    const send = (headers: Record<string, string>) =>
      fetch(`${admin.adminUrl}/api/v1/trustmarktypes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ tmtype: 'https://ta.example.org/marks/rest' }),
      })
    expect((await send({ 'x-api-key': key })).status).toBe(201)
    const { cookies } = await signedIn('finn')
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    expect((await send({ cookie })).status).toBe(401)
  })
})

it('a password that should be changed refuses nothing', async () => {
  await newUser('gina', 'admin', {})
  await admin.server.db.user.update({ where: { username: 'gina' }, data: { passwordChange: 'ASKED' } })
  const visitor = await signedIn('gina')
  expect(await viewerOf(visitor)).toMatchObject({ passwordChange: 'ASKED' })
  expect(await codeOf(visitor, 'updateTrustAnchor')).toBeUndefined()
})
