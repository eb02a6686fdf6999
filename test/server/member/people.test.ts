/** Tests the people of organizations: who may invite, change and remove them, and what becomes of their accounts. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RECENT_SECONDS } from '#server/auth/freshness.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { email, organizedPeople, PERSON } from './organized-people.ts'

let time = new Date()
const admin = adminInFile({ now: () => time })
beforeAll(async () => {
  const test = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', test, 'slug', 'admin')
})
beforeEach(async () => {
  time = new Date()
  await admin.server.db.rateLimit.deleteMany()
})

const { organize, invite, peopleOf, lastEntry, join } = organizedPeople(admin)

describe('a person who may invite', () => {
  it('invites, changes and removes others of the organization', {
    tags: [
      'mutation/updatePerson/success',
      'mutation/updatePerson/audit',
      'mutation/removePerson/success',
      'mutation/removePerson/audit',
    ],
  }, async () => {
    const organizationId = await organize()
    const anna = await join(organizationId, { mayInvite: true })
    const person = await anna.mutate('invitePerson', { organizationId, email: email() }, PERSON)
    expect(person).toMatchObject({ invitationLink: expect.stringContaining('/invitation#') })
    const named = { organizationId, userId: person.id }
    expect(await anna.mutate('updatePerson', { ...named, mayInvite: true }, PERSON)).toMatchObject({
      mayInvite: true,
    })
    expect(await lastEntry('updatePerson')).toMatchObject({
      resource: person.username,
      before: { organization: 'Lund', mayInvite: false },
      after: { organization: 'Lund', mayInvite: true },
    })
    const removed = await anna.execute(
      `mutation ($input: RemovePersonInput!) { removePerson(input: $input) { ... on RemovePersonSuccess { ids } } }`,
      { input: named },
    )
    expect(removed.data.removePerson).toEqual({ ids: [named.userId] })
    expect(await lastEntry('removePerson')).toMatchObject({
      resource: person.username,
      before: { organization: 'Lund', mayInvite: true },
      after: null,
    })
    // An administrator of the installation removes accounts.
    expect(await admin.server.db.user.count({ where: { email: person.email } })).toBe(1)
  })

  it('learns of no other accounts', async () => {
    const organizationId = await organize()
    const [anna, other] = [await join(organizationId, { mayInvite: true }), await organize('Oslo')]
    const waiting = await invite(other)
    await admin.mutate(
      'createUser',
      { username: 'op', role: 'OPERATOR', email: 'op@example.org' },
      'id',
      'admin',
    )
    for (const address of [waiting.email, 'op@example.org'])
      expect(await anna.mutate('invitePerson', { organizationId, email: address }, PERSON)).toMatchObject({
        code: 'CONFLICT',
        path: ['input', 'email'],
        message: 'This address has an account here already. Ask an operator to add it.',
      })
    expect(await peopleOf(organizationId)).toHaveLength(1)
  })

  it('is not removed without another one or an operator', {
    tags: 'mutation/removePerson/ConflictError',
  }, async () => {
    const organizationId = await organize()
    const anna = await join(organizationId, { mayInvite: true })
    const [{ id: userId }] = await peopleOf(organizationId)
    const answer = await anna.execute(
      `mutation ($input: RemovePersonInput!) { removePerson(input: $input) { ... on Error { code message } } }`,
      { input: { organizationId, userId } },
    )
    expect(answer.data.removePerson).toMatchObject({ code: 'CONFLICT' })
  })

  it('signs in again for it once its sign-in is not recent', {
    tags: [
      'mutation/invitePerson/ReauthenticationRequiredError',
      'mutation/updatePerson/ReauthenticationRequiredError',
      'mutation/removePerson/ReauthenticationRequiredError',
    ],
  }, async () => {
    const organizationId = await organize()
    const anna = await join(organizationId, { mayInvite: true })
    const [{ id: userId }] = await peopleOf(organizationId)
    time = new Date(time.getTime() + (RECENT_SECONDS + 60) * 1000)
    for (const [name, input] of [
      ['InvitePerson', { organizationId, email: email() }],
      ['UpdatePerson', { organizationId, userId, mayInvite: false }],
      ['RemovePerson', { organizationId, userId }],
    ] as const) {
      const field = name.charAt(0).toLowerCase() + name.slice(1)
      const document = `mutation ($input: ${name}Input!) { result: ${field}(input: $input) { __typename ... on Error { code } } }`
      const answer = await anna.execute(document, { input })
      expect(answer.data.result).toEqual({
        __typename: 'ReauthenticationRequiredError',
        code: 'REAUTHENTICATION_REQUIRED',
      })
    }
  })
})

describe('a person without that right, a viewer, and an operator of another anchor', () => {
  const calls = (organizationId: string, userId: string) =>
    [
      ['InvitePerson', { organizationId, email: email() }],
      ['UpdatePerson', { organizationId, userId, mayInvite: true }],
      ['RemovePerson', { organizationId, userId }],
    ] as const
  const documentOf = (name: string) =>
    `mutation ($input: ${name}Input!) { result: ${name.charAt(0).toLowerCase()}${name.slice(1)}(input: $input) { __typename ... on Error { code } } }`

  it('change nothing', async () => {
    const organizationId = await organize()
    const elsewhere = await organize('Elsewhere', 'test')
    const anna = await join(organizationId)
    const foreign = await join(await organize('Oslo'), { mayInvite: true })
    const [person] = await peopleOf(organizationId)
    for (const [name, input] of calls(organizationId, person.id)) {
      for (const visitor of [anna, foreign])
        expect((await visitor.execute(documentOf(name), { input })).errors).toMatchObject([
          { message: 'You may not invite people to this organization.', extensions: { code: 'FORBIDDEN' } },
        ])
      expect((await admin.execute(documentOf(name), { input }, 'viewer')).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ])
      expect((await admin.execute(documentOf(name), { input }, null)).errors).toMatchObject([
        { extensions: { code: 'UNAUTHENTICATED' } },
      ])
    }
    for (const [name, input] of calls(elsewhere, person.id))
      expect((await admin.execute(documentOf(name), { input }, 'operator')).errors).toMatchObject([
        { extensions: { code: 'NOT_FOUND' } },
      ])
    expect(await peopleOf(organizationId)).toEqual([person])
    expect(await peopleOf(elsewhere)).toEqual([])
  })
})

eachRow<[mutation: string, further?: object]>(
  [['invitePerson', { email: 'x@lu.example' }], ['updatePerson', { mayInvite: true }], ['removePerson']],
  ([mutation]) => [`mutation/${mutation}/NotFoundError`],
)('finds no organization and no person for %s with unknown ids', async (mutation, further = {}) => {
  const unknown = (type: string) => Buffer.from(`${type}:2147483647`).toString('base64')
  const named = mutation === 'invitePerson' ? {} : { userId: unknown('User') }
  const selection = mutation.startsWith('remove') ? '' : '__typename'
  const organizationIds = [unknown('Organization'), 'rubbish']
  if (mutation !== 'invitePerson') organizationIds.push(await organize())
  for (const organizationId of organizationIds)
    expect(await admin.mutate(mutation, { organizationId, ...named, ...further }, selection)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^There is no /),
    })
})

describe('the removal of a person', () => {
  it('ends its sessions, where it has no other organization and no role', async () => {
    const organizationId = await organize()
    const anna = await join(organizationId)
    const [person] = await peopleOf(organizationId)
    await admin.mutate('removePerson', { organizationId, userId: person.id }, '')
    const viewer = async () => (await anna.execute('{ viewer { username } }')).data.viewer
    expect(await viewer()).toBeNull()
    // The account is left, and opens nothing.
    await anna.signIn(person.username, PASSWORD)
    expect(await viewer()).toBeNull()
  })

  it('leaves a user with another organization, or with a role', async () => {
    const [lund, oslo] = [await organize(), await organize('Oslo')]
    const anna = await join(lund)
    const [person] = await peopleOf(lund)
    await invite(oslo, { email: person.email })
    await admin.mutate(
      'createUser',
      { username: 'both', role: 'VIEWER', email: 'both@example.org' },
      'id',
      'admin',
    )
    const both = await invite(lund, { email: 'both@example.org' })
    for (const userId of [person.id, both.id])
      await admin.mutate('removePerson', { organizationId: lund, userId }, '')
    expect(await peopleOf(lund)).toEqual([])
    const { data } = await anna.execute('{ viewer { organizations { name } } }')
    expect(data.viewer.organizations).toEqual([{ name: 'Oslo' }])
    expect(await admin.server.db.user.count({ where: { username: 'both' } })).toBe(1)
  })

  it('follows from that of the organization, without its account', async () => {
    const organizationId = await organize()
    const anna = await join(organizationId)
    const [{ username }] = await peopleOf(organizationId)
    await admin.mutate('removeOrganization', { id: organizationId }, '')
    const { data } = await anna.execute('{ viewer { username } }')
    expect(data.viewer).toBeNull()
    expect(await admin.server.db.user.count({ where: { username } })).toBe(1)
  })

  it('leaves the people of an organization that another anchor admits', async () => {
    const organizationId = await organize()
    const anna = await join(organizationId)
    await admin.mutate('admitOrganization', { id: organizationId, to: 'test' }, 'id', 'admin')
    await admin.mutate('removeOrganization', { id: organizationId }, '')
    const { data } = await anna.execute('{ viewer { organizations { name anchors { slug } } } }')
    expect(data.viewer.organizations).toEqual([{ name: 'Lund', anchors: [{ slug: 'test' }] }])
  })
})
