/** Tests the weekly digest: on Mondays, once, to those who operate the anchor. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#server/database/client.ts'
import { schedules } from '#server/jobs/schedules.ts'
import { createSeal } from '#server/mail/outbox.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { unreachableMail } from '#test/helpers/mail-server.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'

const monday = new Date('2026-11-30T06:00:00Z')
let time = monday

const create = (username: string, changes: object = {}) =>
  admin.mutate(
    'createUser',
    { username, password: PASSWORD, email: `${username}@example.org`, ...changes },
    'id',
    'admin',
  )

const admin = adminInFile({ now: () => time }, { mail: unreachableMail })
const schedule = schedulesInFile(admin)
beforeAll(async () => {
  const anchor = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', anchor, 'slug', 'admin')
  await create('chief', { role: 'ADMIN' })
  await create('olga', { role: 'OPERATOR' })
  await create('vera', { role: 'VIEWER' })
  await create('tom', { anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }] })
  await create('quiet', { role: 'OPERATOR' })
  await create('former', { role: 'OPERATOR' })
  await db().user.update({ where: { username: 'quiet' }, data: { mail: false } })
  await db().user.update({ where: { username: 'former' }, data: { banned: true } })
})
beforeEach(async () => {
  time = monday
  await db().mail.deleteMany()
  await db().subordinate.deleteMany()
})

const db = () => admin.server.installation
const addMember = (entityId: string, changes: object = {}, place: Database = db()) =>
  place.subordinate.create({
    data: {
      entityId,
      entityTypes: [],
      metadata: {},
      jwks: {},
      entityConfiguration: '',
      entityConfigurationExpiresAt: new Date('2027-06-01'),
      lastCheckedAt: time,
      registeredAt: new Date(time.getTime() - 86_400_000),
      ...changes,
    },
  })
const recipients = async () =>
  (await db().mail.findMany({ orderBy: { recipient: 'asc' } })).map((row) => row.recipient)

describe('the digest', () => {
  it('goes to administrators and operators of the anchor who have an address and want it, once', async () => {
    await addMember('https://new.example.org')
    await schedule.run('send-reminders')
    await schedule.run('send-reminders')
    expect(await recipients()).toEqual(['chief@example.org', 'olga@example.org'])
  })

  it('of another anchor goes to those with a role there, and to administrators', async () => {
    const other = admin.server.anchors.find('test')?.running
    if (!other) throw new Error('the anchor runs')
    await addMember('https://new.example.org')
    await addMember('https://new.example.org', {}, other.db)
    await schedules['send-reminders'].run(other.jobContext, new AbortController().signal)
    expect(await recipients()).toEqual(['chief@example.org', 'tom@example.org'])
  })

  it('names new members and problems, and counts the rest', async () => {
    for (let at = 0; at < 12; at++) await addMember(`https://rp-${at}.example.org`)
    await addMember('https://old.example.org', {
      registeredAt: new Date('2026-01-01'),
      unresolvableSince: new Date('2026-11-29'),
      unresolvableReason: 'Refused by the policy.',
    })
    await schedule.run('send-reminders')
    const { body } = await db().mail.findFirstOrThrow()
    const message = await createSeal(admin.config).open(body ?? '')
    const { text = '', subject = '' } = message ?? {}
    expect(subject).toMatch(/^The week at .*: 1 problem, 0 open requests$/)
    expect(text).toContain('New members: 12')
    expect(text).toContain('- https://rp-11.example.org')
    expect(text).toContain('- and 2 more')
    expect(text).toContain('- https://old.example.org: Refused by the policy.')
    expect(text).toContain(`${admin.adminUrl}/a/main`)
    expect(text).toContain(`in your account: ${admin.adminUrl}/account`)
  })

  it.each(['2026-11-30T05:00:00Z', '2026-12-01T06:00:00Z', '2026-11-29T23:00:00Z'])(
    'is not sent at %s',
    async (at) => {
      time = new Date(at)
      await addMember('https://new.example.org')
      expect(await schedule.run('send-reminders')).toBe('Nothing to send.')
    },
  )

  it('is not sent when there is nothing to say', async () => {
    expect(await schedule.run('send-reminders')).toBe('Nothing to send.')
  })
})
