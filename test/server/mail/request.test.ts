/** Tests the e-mails about requests: to the people of the organization, about steps of operators. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { startAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { untilTrue } from '#test/helpers/until.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

let anna: Visitor
let bo: Visitor
let organizationId: string
const server = inFile(startMailServer)
const admin = inFile(() => startAdmin({}, { mail: server.config }))
beforeAll(async () => {
  await admin.mutate('updateTrustAnchor', { displayName: 'Example <Federation>' }, 'displayName', 'admin')
  organizationId = (await admin.mutate('createOrganization', { name: 'Lund' }, 'id')).id
  const other = (await admin.mutate('createOrganization', { name: 'Oslo' }, 'id')).id
  anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  bo = await signInAsMember(admin, { organizationId, email: 'bo@lu.example' })
  await signInAsMember(admin, { organizationId: other, email: 'eva@uio.example' })
  // Invited, but cannot sign in yet.
  await admin.mutate('invitePerson', { organizationId, email: 'late@lu.example' }, 'id')
  // The operator acts for the organization too.
  await admin.mutate('invitePerson', { organizationId, email: 'operator@users.invalid' }, 'id')
  await untilTrue('the invitations were sent', async () => (await waiting()) === 0)
})
beforeEach(async () => {
  server.received.length = 0
  await admin.server.db.rateLimit.deleteMany()
})

const waiting = () => admin.server.db.mail.count({ where: { state: 'WAITING' } })
async function submit(): Promise<{ id: string; entityId: string }> {
  const { id: entityId } = await startLeaf(admin)
  return anna.mutate('submitRequest', { organizationId, kind: 'REGISTER', entityId }, 'id entityId')
}
async function arrived(count: number) {
  await untilTrue(`${count} arrived`, async () => server.received.length >= count && (await waiting()) === 0)
  const found = server.received.splice(0)
  expect(found).toHaveLength(count)
  return found.sort((a, b) => ((a.to[0] ?? '') < (b.to[0] ?? '') ? -1 : 1))
}
const subjectOf = ({ header }: { header: string[] } = { header: [] }) =>
  header.find((line) => line.startsWith('Subject: '))

it('a question of an operator reaches everyone who can sign in, with a link that opens the request', async () => {
  const { id, entityId } = await submit()
  await admin.mutate('returnRequest', { id, message: 'Which faculty?\n<b>Law</b>?' }, 'id', 'admin')
  const [first, second] = await arrived(2)
  expect([first?.to, second?.to]).toEqual([['anna@lu.example'], ['bo@lu.example']])
  expect(subjectOf(first)).toBe(`Subject: Your answer is needed: request to register ${entityId}`)
  expect(first?.text).toContain('> Which faculty?\n> <b>Law</b>?')
  expect(first?.text).toContain('The operators of Example <Federation> ask for something')
  expect(first?.html).toContain('&lt;b&gt;Law&lt;/b&gt;?')
  expect(first?.text).toContain(`in your account: ${admin.adminUrl}/portal/account`)

  const link = new URL(/http\S+\/portal\/request\?id=\S+/.exec(first?.text ?? '')?.[0] ?? '')
  const query = 'query ($id: ID!) { request(id: $id) { entityId } }'
  const { data } = await anna.execute(query, { id: link.searchParams.get('id') })
  expect(data.request).toEqual({ entityId })
  const row = await admin.server.db.mail.findFirst({ where: { event: 'REQUEST_CHANGED' } })
  expect(row).toMatchObject({ state: 'SENT', anchor: 'main' })
})

it('an answer, a submission and a withdrawal of the organization are not sent', async () => {
  const { id } = await submit()
  await anna.mutate('commentRequest', { id, text: 'Law.' }, 'id')
  await anna.mutate('withdrawRequest', { id }, 'id')
  expect(await admin.server.db.mail.count({ where: { state: 'WAITING' } })).toBe(0)
})

it('each other step has its words, and the comment stays whole', async () => {
  const { id, entityId } = await submit()
  await admin.mutate('commentRequest', { id, text: 'No hurry.' }, 'id', 'admin')
  const [comment] = await arrived(2)
  expect(subjectOf(comment)).toBe(`Subject: New comment: request to register ${entityId}`)
  expect(comment?.text).toContain('> No hurry.')
  await admin.mutate('approveRequest', { id }, 'id', 'admin')
  const [approval] = await arrived(2)
  expect(subjectOf(approval)).toBe(`Subject: Approved: request to register ${entityId}`)
  const another = await submit()
  await admin.mutate('refuseRequest', { id: another.id, reason: 'Not ours.' }, 'id', 'admin')
  const [refusal] = await arrived(2)
  expect(subjectOf(refusal)).toBe(`Subject: Refused: request to register ${another.entityId}`)
})

it('a refused approval tells nothing, because nothing was decided', async () => {
  const { id } = await submit()
  await admin.server.db.request.updateMany({
    where: { state: 'WAITING_FOR_OPERATOR' },
    data: { entityId: 'http://127.0.0.1:1' },
  })
  expect(await admin.mutate('approveRequest', { id }, 'id', 'admin')).toMatchObject({
    code: expect.any(String),
  })
  expect(await waiting()).toBe(0)
})

it('is not sent to the author, to users who turned e-mail off, or who are locked out', async () => {
  const { id } = await submit()
  await bo.execute('mutation { updateMail(input: { enabled: false }) { __typename } }')
  const { db } = admin.server
  const annaUser = await db.user.findFirstOrThrow({ where: { username: 'anna@lu.example' } })
  await db.user.update({ where: { username: 'operator' }, data: { email: 'operator@example.org' } })
  await admin.mutate('commentRequest', { id, text: 'Only Anna.' }, 'id', 'operator')
  expect((await arrived(1))[0]?.to).toEqual(['anna@lu.example'])
  await admin.mutate('commentRequest', { id, text: 'And the operator.' }, 'id', 'admin')
  expect((await arrived(2)).map(({ to }) => to[0])).toEqual(['anna@lu.example', 'operator@example.org'])
  await db.user.update({ where: { id: annaUser.id }, data: { banned: true } })
  await admin.mutate('commentRequest', { id, text: 'Without Anna.' }, 'id', 'admin')
  expect((await arrived(1))[0]?.to).toEqual(['operator@example.org'])
})
