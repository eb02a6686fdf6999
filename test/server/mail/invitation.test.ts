/** Tests the invitations that are sent by e-mail, from the mutation to the password. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeBackup } from '#server/backup/backup.ts'
import { PASSWORD, startAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { visit } from '#test/helpers/visitor.ts'

let organizationId: string
const server = inFile(startMailServer)
const admin = inFile(() => startAdmin({}, { mail: server.config }))
beforeAll(async () => {
  await admin.mutate('updateTrustAnchor', { displayName: 'Northern Federation' }, 'entityId', 'admin')
  organizationId = (await admin.mutate('createOrganization', { name: 'Lund <University>' }, 'id')).id
})
beforeEach(async () => {
  await admin.server.db.rateLimit.deleteMany()
  server.received.length = 0
})

const arrived = (count = 1) => untilTrue(`${count} arrived`, () => server.received.length === count)
const subjectOf = () => server.received[0]?.header.find((line) => line.startsWith('Subject: '))
const linkIn = () => /http\S+\/invitation#\S+/.exec(server.received[0]?.text ?? '')?.[0] ?? ''
const accept = (link: string) =>
  visit(admin.adminUrl).mutate(
    'acceptInvitation',
    { token: new URL(link).hash.slice(1), password: PASSWORD },
    'username',
  )

describe('an invitation', () => {
  it('of a person of an organization reaches the person, and opens the account', async () => {
    const input = { organizationId, email: 'anna@lu.example' }
    const { invitationLink } = await admin.mutate('invitePerson', input, 'invitationLink')
    await arrived()
    expect(server.received[0]?.to).toEqual(['anna@lu.example'])
    expect(subjectOf()).toBe('Subject: Invitation to act for Lund <University>')
    expect(server.received[0]?.html).toContain('Lund &lt;University&gt;')
    expect(server.received[0]?.text).toContain(
      'The operators of Northern Federation invite you to act for Lund <University>.',
    )
    expect(linkIn()).toBe(invitationLink)
    expect(await accept(linkIn())).toEqual({ username: 'anna@lu.example' })
    const [row] = await admin.server.db.mail.findMany()
    expect(row).toMatchObject({ state: 'SENT', body: null, event: 'INVITATION', anchor: null })
  })

  it('of a user of the console does the same, and a new link is a new message', async () => {
    const input = { username: 'bo', role: 'VIEWER', email: 'bo@example.org' }
    const { id } = await admin.mutate('createUser', input, 'id', 'admin')
    await arrived()
    const first = linkIn()
    expect(server.received[0]?.text).toContain('Your username: bo')
    expect(server.received[0]?.text).toContain('admin has created an account for you at ')
    expect(server.received[0]?.text).toContain('the console of Northern Federation.')
    await admin.mutate('createInvitation', { id }, 'id', 'admin')
    await arrived(2)
    server.received.shift()
    expect(await accept(first)).toMatchObject({ __typename: 'NotFoundError' })
    expect(await accept(linkIn())).toEqual({ username: 'bo' })
  })

  it('names the person of the organization who invites', async () => {
    const eva = await signInAsMember(admin, {
      organizationId,
      email: 'eva@lu.example',
      name: 'Eva Berg',
      mayInvite: true,
    })
    await arrived()
    await eva.mutate('invitePerson', { organizationId, email: 'fia@lu.example' }, 'id')
    await arrived(2)
    const text = server.received[1]?.text
    expect(text).toContain(
      'Eva Berg (eva@lu.example) invites you to act for Lund <University> in Northern Federation.',
    )
    expect(text).toContain('You receive this because Eva Berg (eva@lu.example) entered your address.')
  })

  it('of a user without an address is not sent', async () => {
    await admin.mutate('createUser', { username: 'cy', role: 'VIEWER' }, 'id', 'admin')
    expect(await admin.server.db.mail.count({ where: { recipient: { endsWith: '.invalid' } } })).toBe(0)
  })

  it('does not wait for the SMTP server, and is not lost while it is away', async () => {
    await server.stop()
    const input = { organizationId, email: 'dan@lu.example' }
    const began = performance.now()
    const { invitationLink } = await admin.mutate('invitePerson', input, 'invitationLink')
    expect(performance.now() - began).toBeLessThan(10_000) // the limit of one step of a transport
    expect(invitationLink).toMatch(/\/invitation#/)
    const row = () => admin.server.db.mail.findFirstOrThrow({ where: { recipient: 'dan@lu.example' } })
    await untilTrue('an attempt failed', async () => (await row()).lastError !== null)

    const directory = await mkdtemp(join(tmpdir(), 'inmor-mail-'))
    const { tables } = await writeBackup(admin.config, join(directory, 'backup'), null)
    expect(Object.keys(tables)).toContain('User')
    expect(Object.keys(tables)).not.toContain('Mail')
    await rm(directory, { recursive: true })

    await server.restart()
    await admin.server.db.mail.updateMany({ data: { nextAt: new Date() } })
    await arrived()
    expect(linkIn()).toBe(invitationLink)
  })
})

it('changes nothing where e-mail is off', async () => {
  const silent = await startAdmin()
  const { id } = await silent.mutate('createOrganization', { name: 'Lund' }, 'id')
  const input = { organizationId: id, email: 'anna@lu.example' }
  const { invitationLink } = await silent.mutate('invitePerson', input, 'invitationLink')
  expect(invitationLink).toMatch(/\/invitation#/)
  expect(await silent.server.db.mail.count()).toBe(0)
  await silent.close()
})
