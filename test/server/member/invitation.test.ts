/** Tests invitations to organizations: who becomes a user, and which accounts get no link. */
import { beforeEach, describe, expect, it } from 'vitest'
import { MAXIMUM_PEOPLE } from '#server/auth/members.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { visit } from '#test/helpers/visitor.ts'
import { email, organizedPeople } from './organized-people.ts'

let time = new Date()
const admin = adminInFile({ now: () => time })
beforeEach(async () => {
  time = new Date()
  await admin.server.db.rateLimit.deleteMany()
})

const { organize, invite, peopleOf, lastEntry, join } = organizedPeople(admin)
const tokenOf = ({ invitationLink }: { invitationLink: string }) => new URL(invitationLink).hash.slice(1)

describe('an invitation', () => {
  it('makes a user who acts for the organization, and nothing else', {
    tags: ['mutation/invitePerson/success', 'mutation/invitePerson/audit'],
  }, async () => {
    const id = await organize()
    const address = email()
    const person = await invite(id, { email: ` ${address.toUpperCase()}`, name: ' Anna Ek ' })
    expect(person).toMatchObject({
      username: address,
      email: address,
      name: 'Anna Ek',
      mayInvite: false,
      lastSignInAt: null,
    })
    expect(Date.parse(person.invitationExpiresAt) - time.getTime()).toBe(7 * 86_400_000)
    expect(await peopleOf(id)).toMatchObject([{ id: person.id, invitationLink: null }])
    expect(await lastEntry('invitePerson')).toMatchObject({
      resourceType: 'User',
      resource: address,
      actor: 'operator',
      after: { organization: 'Lund', mayInvite: false },
    })

    const accepted = { token: tokenOf(person), password: PASSWORD }
    expect(await visit(admin.adminUrl).mutate('acceptInvitation', accepted, 'username')).toEqual({
      username: address,
    })
    expect(await peopleOf(id)).toMatchObject([{ invitationExpiresAt: null }])
    const visitor = visit(admin.adminUrl)
    expect(await visitor.signIn(address, PASSWORD)).toMatchObject({ status: 200 })
    const { data } = await visitor.execute('{ viewer { username role organizations { name mayInvite } } }')
    expect(data.viewer).toEqual({
      username: address,
      role: null,
      organizations: [{ name: 'Lund', mayInvite: false }],
    })
    expect(await peopleOf(id)).toMatchObject([{ lastSignInAt: expect.any(String) }])
  })

  it('is replaced by another one until it is accepted', async () => {
    const id = await organize()
    const address = email()
    const first = await invite(id, { email: address })
    const second = await invite(id, { email: address, mayInvite: true })
    expect(second).toMatchObject({ id: first.id, mayInvite: true })
    const accept = (token: string) =>
      visit(admin.adminUrl).mutate('acceptInvitation', { token, password: PASSWORD }, 'username')
    expect(await accept(tokenOf(first))).toMatchObject({ __typename: 'NotFoundError' })
    expect(await accept(tokenOf(second))).toEqual({ username: address })
    expect(await invite(id, { email: address })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'email'],
      message: `${address} belongs to Lund already.`,
    })
  })

  it.each([
    [{ email: 'anna' }, 'email', 'not an e-mail address'],
    [{ email: `${'a'.repeat(60)}@lu.example` }, 'email', '64 letters'],
    [{ name: 'x'.repeat(201) }, 'name', '201 characters'],
  ])(
    'of %o is refused at its field',
    { tags: 'mutation/invitePerson/InvalidInputError' },
    async (input, field, text) => {
      const id = await organize()
      expect(await invite(id, input)).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['input', field],
        message: expect.stringContaining(text),
      })
      expect(await peopleOf(id)).toEqual([])
    },
  )

  it('allows an address with a plus sign as the username', async () => {
    const id = await organize()
    await signInAsMember(admin, { organizationId: id, email: 'ops+federation@lu.example' })
    expect(await peopleOf(id)).toMatchObject([{ username: 'ops+federation@lu.example' }])
  })

  it('adds a user who exists without a link, if an operator sends it', async () => {
    const [lund, oslo] = [await organize(), await organize('Oslo')]
    const person = await join(lund)
    const { data } = await person.execute('{ viewer { username } }')
    const { username } = data.viewer
    expect(await invite(oslo, { email: username })).toMatchObject({ username, invitationLink: null })
    const found = await person.execute('{ viewer { organizations { name } } }')
    expect(found.data.viewer.organizations).toEqual([{ name: 'Lund' }, { name: 'Oslo' }])
  })

  it('creates no link to an account that opens more than the organization', async () => {
    const [lund, oslo] = [await organize(), await organize('Oslo')]
    const waiting = await invite(lund)
    expect(await invite(oslo, { email: waiting.email })).toMatchObject({
      username: waiting.username,
      invitationLink: null,
    })
    expect(await invite(lund, { email: waiting.email })).toMatchObject({ invitationLink: null })
    await admin.mutate(
      'createUser',
      { username: 'late', role: 'ADMIN', email: 'late@example.org' },
      'id',
      'admin',
    )
    expect(await invite(lund, { email: 'late@example.org' })).toMatchObject({
      username: 'late',
      invitationLink: null,
    })
  })

  it('ends when its account gains another organization or a role, which its link would open', async () => {
    const [lund, oslo] = [await organize(), await organize('Oslo')]
    const [first, second] = [await invite(lund), await invite(lund)]
    await invite(oslo, { email: first.email })
    await admin.mutate('updateUser', { id: second.id, role: 'OPERATOR' }, 'id', 'admin')
    for (const person of [first, second]) {
      const accepted = { token: tokenOf(person), password: PASSWORD }
      expect(await visit(admin.adminUrl).mutate('acceptInvitation', accepted, 'username')).toMatchObject({
        __typename: 'NotFoundError',
      })
    }
    const { invitation } = await admin.mutate(
      'createInvitation',
      { id: first.id },
      'invitation { link }',
      'admin',
    )
    const accepted = { token: new URL(invitation.link).hash.slice(1), password: PASSWORD }
    expect(await visit(admin.adminUrl).mutate('acceptInvitation', accepted, 'username')).toEqual({
      username: first.username,
    })
  })

  it('is refused for a user who is locked out', async () => {
    const id = await organize()
    const made = await admin.mutate(
      'createUser',
      { username: 'out', role: 'VIEWER', email: 'out@example.org' },
      'id',
      'admin',
    )
    await admin.mutate('updateUser', { id: made.id, banned: true }, 'id', 'admin')
    expect(await invite(id, { email: 'out@example.org' })).toMatchObject({
      code: 'CONFLICT',
      message: 'out@example.org is locked out.',
    })
  })

  it('is refused when the organization has as many people as it may have', {
    tags: 'mutation/invitePerson/ConflictError',
  }, async () => {
    const id = await organize()
    const { organizationId } = await admin.server.db.organizationUser.findFirstOrThrow({
      where: { user: { email: (await invite(id)).email } },
    })
    const users = Array.from({ length: MAXIMUM_PEOPLE - 2 }, (_, at) => ({
      id: `many-${at}`,
      name: 'Many',
      email: `many-${at}@lu.example`,
    }))
    await admin.server.db.user.createMany({ data: users })
    await admin.server.db.organizationUser.createMany({
      data: users.map((user) => ({ userId: user.id, organizationId })),
    })
    const answers = await Promise.all([invite(id), invite(id), invite(id)])
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(1)
    expect(answers.find(({ code }) => code === 'CONFLICT')).toMatchObject({
      message: 'Lund has 100 people. No more are allowed.',
    })
    expect(await peopleOf(id)).toHaveLength(MAXIMUM_PEOPLE)
  })
})
