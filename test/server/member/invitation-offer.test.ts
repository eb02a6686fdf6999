/** Tests what the link of an invitation says before it is used: who invites, for which organization, into which federation. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { visit } from '#test/helpers/visitor.ts'

let time = new Date()
const admin = adminInFile({ now: () => time })
beforeAll(async () => {
  await admin.mutate('updateTrustAnchor', { displayName: 'Northern Federation' }, 'entityId', 'admin')
})

const tokenOf = (link: string) => new URL(link).hash.slice(1)
const OFFER = 'username expiresAt invitedBy isOperator organizations federations'

/** With the link alone. */
async function read(link: string) {
  const document = `query ($token: String!) { invitation(token: $token) { ${OFFER} } }`
  const { data, errors } = await visit(admin.adminUrl).execute(document, { token: tokenOf(link) })
  return errors ? { code: errors[0]?.extensions?.code, message: errors[0]?.message } : data.invitation
}

const organize = async (input: object): Promise<string> =>
  (await admin.mutate('createOrganization', input, 'id', 'admin')).id
const invite = async (input: object): Promise<string> =>
  (await admin.mutate('invitePerson', input, 'invitationLink', 'admin')).invitationLink

it('says that operators invite, without the name of one', async () => {
  const organizationId = await organize({ name: 'Lund' })
  const link = await invite({ organizationId, email: 'first@lu.example' })
  expect(await read(link)).toEqual({
    username: 'first@lu.example',
    expiresAt: new Date(time.getTime() + 7 * 86_400_000).toISOString(),
    invitedBy: null,
    isOperator: false,
    organizations: ['Lund'],
    federations: ['Northern Federation'],
  })
})

it('names a person of the organization who invites, until that person has left it', async () => {
  const organizationId = await organize({ name: 'Oslo' })
  const person = { organizationId, email: 'anna@oslo.example', name: 'Anna Ek', mayInvite: true }
  const anna = await signInAsMember(admin, person)
  const input = { organizationId, email: 'bo@oslo.example' }
  const { invitationLink, id } = await anna.mutate('invitePerson', input, 'id invitationLink')
  expect(await read(invitationLink)).toMatchObject({
    username: 'bo@oslo.example',
    invitedBy: 'Anna Ek (anna@oslo.example)',
    organizations: ['Oslo'],
  })
  const { data } = await anna.execute('{ viewer { organizations { people { id } } } }')
  const { id: userId } = data.viewer.organizations[0].people.find((each: { id: string }) => each.id !== id)
  await admin.mutate('removePerson', { organizationId, userId }, '', 'admin')
  expect(await read(invitationLink)).toMatchObject({ invitedBy: null })
})

it('names the federation that the organization came from, though another one is the first', async () => {
  await makeAnchor(admin, 'test')
  const unnamed = await organize({ anchor: 'test', name: 'Museum' })
  const link = await invite({ organizationId: unnamed, email: 'mo@museum.example' })
  expect(await read(link)).toMatchObject({ federations: [`${admin.entityId}/test`] })
  const named = { anchor: 'test', displayName: 'Museums' }
  await admin.mutate('updateTrustAnchor', named, 'entityId', 'admin')
  expect(await read(link)).toMatchObject({ federations: ['Museums'] })
})

it('names the administrator who creates a user, and where the user has a role', async () => {
  const create = async (input: object): Promise<string> =>
    (await admin.mutate('createUser', input, 'invitation { link }', 'admin')).invitation.link
  const inTest = { username: 'cy', anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }] }
  expect(await read(await create(inTest))).toMatchObject({
    invitedBy: 'admin',
    isOperator: true,
    organizations: [],
    federations: ['Museums'],
  })
  const federationsOf = async (username: string, role: string) =>
    (await read(await create({ username, role }))).federations
  expect(await federationsOf('viewing', 'VIEWER')).toEqual(['Northern Federation'])
  expect(await federationsOf('administering', 'ADMIN')).toEqual(['Northern Federation', 'Museums'])
})

it('says nothing about a link that is unknown, used or expired', async () => {
  const organizationId = await organize({ anchor: 'main', name: 'Umeå' })
  expect(await read('http://x/invitation#unknown')).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('This invitation is not valid.'),
  })
  const used = await invite({ organizationId, email: 'used@umu.example' })
  const accepted = { token: tokenOf(used), password: PASSWORD }
  await visit(admin.adminUrl).mutate('acceptInvitation', accepted, 'username')
  expect(await read(used)).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('This invitation was used.'),
  })
  const expired = await invite({ organizationId, email: 'late@umu.example' })
  time = new Date(time.getTime() + 8 * 86_400_000)
  expect(await read(expired)).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('This invitation has expired.'),
  })
})
