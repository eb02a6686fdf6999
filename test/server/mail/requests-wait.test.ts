/** Tests the e-mails about requests that wait for operators: to whom, once, and few of them. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { mailRequests } from '#server/jobs/mail/operators.ts'
import { createSeal } from '#server/mail/outbox.ts'
import { startAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { untilTrue } from '#test/helpers/until.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

let anna: Visitor
let organizationId: number
let time = new Date()
let made = 0

const server = inFile(startMailServer)
beforeAll(() => server.stop()) // until a test starts it, so that messages wait
const admin = inFile(() => startAdmin({ now: () => time }, { mail: server.config }))
const schedule = schedulesInFile(admin)
beforeAll(async () => {
  for (const { id, username } of await db().user.findMany())
    await db().user.update({ where: { id }, data: { email: `${username}@ta.example` } })
  const { id } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id', 'admin')
  anna = await signInAsMember(admin, { organizationId: id, email: 'anna@lu.example' })
  organizationId = (await db().organization.findFirstOrThrow()).id
})
beforeEach(async () => {
  time = new Date(time.getTime() + 3_600_000)
  await db().request.deleteMany()
  await db().mail.deleteMany()
  await db().notificationRule.deleteMany()
})

const db = () => admin.server.installation
const later = (minutes: number) => {
  time = new Date(time.getTime() + minutes * 60_000)
}

async function choose(username: string, anchorSlug = 'main') {
  const { id: userId } = await db().user.findUniqueOrThrow({ where: { username } })
  const rule = { alerts: 'NONE', requests: true, approvals: false }
  await db().notificationRule.create({ data: { userId, anchorSlug, ...rule } })
}

const ask = (changes: object = {}, place = db()) =>
  place.request.create({
    data: {
      kind: 'REGISTER',
      entityId: `https://rp-${++made}.lu.example`,
      organizationId,
      submittedBy: 'anna@lu.example',
      ...changes,
    },
  })

async function mails() {
  const rows = await db().mail.findMany({ where: { event: 'REQUESTS_WAIT' }, orderBy: { id: 'asc' } })
  const seal = createSeal(admin.config)
  return Promise.all(rows.map(async ({ body, ...row }) => ({ ...row, ...(await seal.open(body ?? '')) })))
}

it('goes to those who chose it, once, and changes nothing of the request', async () => {
  await choose('viewer')
  const { id, entityId, updatedAt, version } = await ask()
  expect(await schedule.run('tell-alerts')).toContain('1 request mailed.')
  expect(await mails()).toMatchObject([
    {
      recipient: 'viewer@ta.example',
      anchor: 'main',
      audience: 'READ',
      subject: `1 request waits at ${admin.entityId}`,
      text: expect.stringContaining(`- Lund asks to register ${entityId}\n`),
    },
  ])
  expect((await mails())[0]?.text).toContain('/account/notifications')
  expect(await db().request.findUniqueOrThrow({ where: { id } })).toMatchObject({
    updatedAt,
    version,
    mailedAt: time,
  })
  later(120)
  expect(await schedule.run('tell-alerts')).not.toContain('mailed.')
  expect(await mails()).toHaveLength(1)
})

it('is one message for many requests, and the next one half an hour later', async () => {
  await choose('operator')
  for (let count = 0; count < 12; count++) await ask()
  await schedule.run('tell-alerts')
  later(5)
  for (let count = 0; count < 3; count++) await ask({ kind: 'WITHDRAW' })
  await schedule.run('tell-alerts')
  expect(await mails()).toMatchObject([{ subject: expect.stringMatching(/^12 requests wait at /) }])
  expect((await mails())[0]?.text).toContain('- and 2 more')
  later(25)
  await schedule.run('tell-alerts')
  expect(await mails()).toMatchObject([{}, { subject: expect.stringMatching(/^3 requests wait at /) }])
})

it('is not about a request that was decided, or that waits for the organization', async () => {
  await choose('operator')
  await ask({ state: 'APPROVED' })
  const { id } = await ask({ state: 'WAITING_FOR_MEMBER' })
  await schedule.run('tell-alerts')
  expect(await mails()).toEqual([])
  const answer = { id: btoa(`Request:${id}`), text: 'Done.' }
  expect(await anna.mutate('commentRequest', answer, 'state')).toMatchObject({
    state: 'WAITING_FOR_OPERATOR',
  })
  await schedule.run('tell-alerts')
  expect(await mails()).toHaveLength(1)
})

it('is sent again when the organization has answered', async () => {
  await choose('operator')
  const { id } = await ask()
  await schedule.run('tell-alerts')
  const global = btoa(`Request:${id}`)
  await admin.mutate('returnRequest', { id: global, message: 'Which one?' }, 'id')
  await anna.mutate('commentRequest', { id: global, text: 'This one.' }, 'id')
  later(30)
  await schedule.run('tell-alerts')
  expect(await mails()).toHaveLength(2)
})

it('is about the anchor that was chosen', async () => {
  const test = await makeAnchor(admin, 'test')
  await choose('admin', 'test')
  await ask()
  expect(await schedule.run('tell-alerts')).toContain('1 request mailed.')
  expect(await mails()).toEqual([])
  await test.db.request.create({
    data: { kind: 'REGISTER', entityId: 'https://rp.example.org', submittedBy: 'software' },
  })
  expect(await mailRequests(test.jobContext)).toBe(1)
  expect(await mails()).toMatchObject([{ anchor: 'test', recipient: 'admin@ta.example' }])
})

it('is deleted unsent if its recipient loses the role while it waits', async () => {
  await choose('viewer')
  await choose('operator')
  await ask()
  await schedule.run('tell-alerts')
  await db().user.update({ where: { username: 'viewer' }, data: { role: null } })
  await server.restart()
  await db().mail.updateMany({ where: { state: 'WAITING' }, data: { nextAt: time } })
  await untilTrue('none waits', async () => (await db().mail.count({ where: { state: 'WAITING' } })) === 0)
  await db().user.update({ where: { username: 'viewer' }, data: { role: 'viewer' } })
  expect(server.received).toMatchObject([{ to: ['operator@ta.example'] }])
  expect(await mails()).toMatchObject([{ recipient: 'operator@ta.example', state: 'SENT' }])
})
