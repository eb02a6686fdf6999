/** Tests invitations: a link that works once, and who may create it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { visit } from '#test/helpers/visitor.ts'

let time = new Date()
const admin = adminInFile({ now: () => time })
beforeEach(async () => {
  time = new Date()
  await admin.server.db.rateLimit.deleteMany()
})

const INVITATION = 'id username canBeInvited invitation { link isExpired expiresAt }'
const invite = (username: string, further: object = {}) =>
  admin.mutate('createUser', { username, role: 'VIEWER', ...further }, INVITATION, 'admin')
const renew = (id: string) => admin.mutate('createInvitation', { id }, INVITATION, 'admin')
const tokenOf = ({ invitation }: { invitation: { link: string } }) => new URL(invitation.link).hash.slice(1)

/** Without any credentials. */
const accept = (token: string, password = PASSWORD) =>
  visit(admin.adminUrl).mutate('acceptInvitation', { token, password }, 'username')
const signIn = async (username: string) => (await visit(admin.adminUrl).signIn(username, PASSWORD)).status

const USER = `query ($id: ID!) { node(id: $id) { ... on User { canBeInvited invitation { link isExpired } } } }`
const userOf = async (id: string) => (await admin.execute(USER, { id })).data.node

describe('an invitation', () => {
  it('lets a new user choose a password and sign in, once', {
    tags: [
      'mutation/acceptInvitation/success',
      'mutation/acceptInvitation/ConflictError',
      'mutation/acceptInvitation/audit',
    ],
  }, async () => {
    const user = await invite('anna')
    expect(user.invitation).toMatchObject({ isExpired: false })
    expect(user.invitation.link).toMatch(new RegExp(`^${admin.adminUrl}/invitation#[\\w-]{43}$`))
    expect(Date.parse(user.invitation.expiresAt) - time.getTime()).toBe(7 * 86_400_000)
    expect(await signIn('anna')).toBe(401)
    expect(await userOf(user.id)).toEqual({
      canBeInvited: true,
      invitation: { link: null, isExpired: false },
    })

    expect(await accept(tokenOf(user))).toEqual({ username: 'anna' })
    expect(await signIn('anna')).toBe(200)
    expect(await userOf(user.id)).toEqual({ canBeInvited: false, invitation: null })
    expect(await accept(tokenOf(user), 'another correct horse')).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('was used'),
    })
    expect(await signIn('anna')).toBe(200)
    const where = { action: 'acceptInvitation' }
    expect(await admin.server.db.auditEvent.findMany({ where })).toMatchObject([
      { actor: 'anna', resource: 'anna', outcome: 'SUCCEEDED', address: '127.0.0.1' },
    ])
  })

  it('is used once by simultaneous requests', async () => {
    const token = tokenOf(await invite('ben'))
    const results = await Promise.all(Array.from({ length: 5 }, () => accept(token)))
    expect(results.filter(({ username }) => username === 'ben')).toHaveLength(1)
    expect(results.filter(({ __typename }) => __typename === 'ConflictError')).toHaveLength(4)
    expect(await admin.server.db.account.count({ where: { user: { username: 'ben' } } })).toBe(1)
  })

  it('expires, and a new link replaces it', { tags: 'mutation/createInvitation/success' }, async () => {
    const user = await invite('cora')
    time = new Date(time.getTime() + 7 * 86_400_000)
    expect(await userOf(user.id)).toMatchObject({ invitation: { isExpired: true } })
    expect(await accept(tokenOf(user))).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('has expired'),
    })
    const second = await renew(user.id)
    const third = await renew(user.id)
    for (const old of [user, second])
      expect(await accept(tokenOf(old))).toMatchObject({ __typename: 'NotFoundError' })
    expect(await accept(tokenOf(third))).toEqual({ username: 'cora' })
  })

  it('is refused when the token is wrong', { tags: 'mutation/acceptInvitation/NotFoundError' }, async () => {
    const user = await invite('dora')
    for (const token of ['', 'x', `${tokenOf(user)}x`, tokenOf(user).toLowerCase(), '\u{1F511}'])
      expect(await accept(token)).toMatchObject({
        __typename: 'NotFoundError',
        message: expect.stringContaining('is not valid'),
      })
    expect(await accept(tokenOf(user))).toEqual({ username: 'dora' })
  })

  it('stays open after a weak password', {
    tags: 'mutation/acceptInvitation/InvalidInputError',
  }, async () => {
    const token = tokenOf(await invite('eleonora', { name: 'Eleonora Weber' }))
    for (const password of ['short', 'passwordpassword', 'eleonoraweber1'])
      expect(await accept(token, password)).toMatchObject({
        __typename: 'InvalidInputError',
        path: ['input', 'password'],
      })
    expect(await accept(token)).toEqual({ username: 'eleonora' })
  })

  it('ends when the user is locked out, removed, or receives a password', async () => {
    const [banned, removed, reset] = [await invite('fred'), await invite('gustav'), await invite('hans')]
    await admin.mutate('updateUser', { id: banned.id, banned: true }, 'id', 'admin')
    await admin.mutate('removeUser', { id: removed.id }, '', 'admin')
    await admin.mutate('resetUserPassword', { id: reset.id, password: PASSWORD }, 'id', 'admin')
    for (const user of [banned, removed, reset])
      expect(await accept(tokenOf(user))).toMatchObject({ __typename: 'NotFoundError' })
    expect(await signIn('hans')).toBe(200)
  })

  it('is limited to ten attempts a minute', {
    tags: 'mutation/acceptInvitation/TooManyRequestsError',
  }, async () => {
    const token = tokenOf(await invite('ida'))
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await accept('wrong')).toMatchObject({ __typename: 'NotFoundError' })
    expect(await accept(token)).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
    expect(await signIn('admin')).toBe(200) // which has its own limit
    time = new Date(time.getTime() + 61_000)
    expect(await accept(token)).toEqual({ username: 'ida' })
  })
})

describe('a link', () => {
  it('is not created for users who can sign in or are locked out', {
    tags: 'mutation/createInvitation/ConflictError',
  }, async () => {
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'viewer' } })
    const viewer = await renew(Buffer.from(`User:${id}`).toString('base64'))
    expect(viewer).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('can sign in already'),
    })
    const user = await invite('jana')
    await admin.mutate('updateUser', { id: user.id, banned: true }, 'id', 'admin')
    expect(await renew(user.id)).toMatchObject({ __typename: 'ConflictError' })
  })

  it.each(['viewer', 'operator'] as const)('is for administrators only, not for a %s', async (role) => {
    const { id } = await invite(`new-${role}`)
    const document =
      'mutation ($input: CreateInvitationInput!) { createInvitation(input: $input) { __typename } }'
    const { errors } = await admin.execute(document, { input: { id } }, role)
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    const seen = await admin.execute(USER, { id }, role)
    expect(seen.errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('is stored nowhere', async () => {
    const token = tokenOf(await invite('kurt'))
    const { invitation, user, auditEvent } = admin.server.db
    const rows = [await invitation.findMany(), await user.findMany(), await auditEvent.findMany()]
    expect(JSON.stringify(rows)).toContain('kurt')
    expect(JSON.stringify(rows)).not.toContain(token)
  })
})
