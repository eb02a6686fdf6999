/** Tests the reminders: what expires, members that do not resolve, and keys; each once, to the right addresses. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { createSeal } from '#server/mail/outbox.ts'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import { unreachableMail } from '#test/helpers/mail-server.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { openSchedules, schedulesInFile } from '#test/helpers/schedule.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

let [lund, oslo] = [0, 0]
let lundId: string
let time = new Date()

const admin = adminInFile({ now: () => time }, { mail: unreachableMail })
const schedule = schedulesInFile(admin)
beforeAll(async () => {
  const contacts = [
    { role: 'TECHNICAL', email: 'ops@lu.example' },
    { role: 'ADMINISTRATIVE', email: 'office@lu.example' },
  ]
  lundId = (await admin.mutate('createOrganization', { name: 'Lund', contacts }, 'id')).id
  const { id: osloId } = await admin.mutate('createOrganization', { name: 'Oslo' }, 'id')
  await signInAsMember(admin, { organizationId: osloId, email: 'eva@uio.example' })
  const find = async (name: string) => (await db().organization.findFirstOrThrow({ where: { name } })).id
  ;[lund, oslo] = [await find('Lund'), await find('Oslo')]
})
beforeEach(async () => {
  time = new Date()
  await db().mail.deleteMany()
  await db().issuedTrustMark.deleteMany()
  await db().trustMark.deleteMany()
  await db().subordinate.deleteMany()
  await db().signingKey.updateMany({ data: { publishedAt: null, signsSince: null } })
})

const db = () => admin.server.installation
const DAY_MS = 86_400_000
const days = (count: number) => new Date(time.getTime() + count * DAY_MS)
const remind = () => schedule.run('send-reminders')
/** The recipients and subjects of what was queued. */
async function queued() {
  const rows = await db().mail.findMany({ orderBy: { id: 'asc' } })
  const seal = createSeal(admin.config)
  return Promise.all(
    rows.map(async ({ recipient, event, body }) => {
      const message = await seal.open(body ?? '')
      return { recipient, event, subject: message?.subject ?? '', text: message?.text ?? '' }
    }),
  )
}

let made = 0
/** Its configuration is valid from `from` to `until` days from now. */
type Changes = Partial<Omit<Prisma.SubordinateUncheckedCreateInput, 'id'>> & { from?: number; until?: number }
function rowOf({ from = -60, until = 100, ...changes }: Changes) {
  const entityId = `https://rp-${++made}.example.org`
  const seconds = (count: number) => Math.floor(days(count).getTime() / 1000)
  const claims = Buffer.from(JSON.stringify({ iat: seconds(from), exp: seconds(until) })).toString(
    'base64url',
  )
  const header = Buffer.from('{"alg":"ES256"}').toString('base64url')
  return {
    entityId,
    entityTypes: ['openid_relying_party'],
    metadata: {},
    jwks: { keys: [] },
    entityConfiguration: `${header}.${claims}.AA`,
    entityConfigurationExpiresAt: days(until),
    lastCheckedAt: time,
    organizationId: lund,
    ...changes,
  }
}

const member = (changes: Changes = {}) => db().subordinate.create({ data: rowOf(changes) })

describe('an Entity Configuration', () => {
  it('that expires leads to a message 30, 14, 7 and 1 days before, once each, to the technical contacts', async () => {
    const { entityId } = await member({ until: 30 })
    const start = time
    expect(await remind()).toBe('1 e-mail queued.')
    expect(await remind()).toBe('Nothing to send.')
    for (let hours = 6; hours < 30 * 24; hours += 6) {
      time = new Date(start.getTime() + hours * 3_600_000)
      await remind()
    }
    const found = await queued()
    expect(found.map(({ recipient, subject }) => [recipient, subject])).toEqual(
      ['30 days', '14 days', '7 days', '1 day'].map((left) => [
        'ops@lu.example',
        `Configuration expires within ${left}: ${entityId}`,
      ]),
    )
    expect(found[0]?.text).toContain('ask the operators of')
    expect(found[0]?.text).toMatch(/Expires: \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
  })

  it('that is signed for a short time leads to one only when half of that is over', async () => {
    await member({ from: -0.5, until: 0.9 }) // for a day or two
    await member({ from: -1, until: 6.9 }) // for a week
    await member({ from: -8, until: 6.9 }) // for two weeks
    await remind()
    expect((await queued()).map(({ subject }) => subject)).toEqual([expect.stringContaining('within 7 days')])
  })

  it('reaches the people of an organization without a technical contact, if they can sign in', async () => {
    await member({ until: 7, organizationId: oslo })
    await remind()
    const [only, ...others] = await queued()
    expect(others).toEqual([])
    expect(only).toMatchObject({ recipient: 'eva@uio.example' })
    expect(only?.text).toContain(`in your account: ${admin.adminUrl}/portal/account`)
  })

  it('is not about members without an organization, or that are not active', async () => {
    await member({ until: 7, organizationId: null })
    await member({ until: 7, active: false })
    expect(await remind()).toBe('Nothing to send.')
  })

  it('is found behind pages of members that need no reminder, and one that cannot be read', async () => {
    await member({ until: 7, entityConfiguration: 'unreadable' })
    const data = Array.from({ length: 600 }, () => rowOf({ from: -1, until: 6.9 }))
    await db().subordinate.createMany({ data })
    await member({ until: 7 })
    expect(await remind()).toBe('1 e-mail queued.')
  })
})

describe('a member that does not resolve', () => {
  const since = (hours: number) => new Date(time.getTime() - hours * 3_600_000)
  const unresolvable = (hours: number) => ({
    unresolvableSince: since(hours),
    unresolvableCode: 'METADATA_POLICY',
    unresolvableReason: 'The policy of "x" refuses <it>.',
  })

  it('leads to one message each time, after an hour', async () => {
    const { id, entityId } = await member(unresolvable(0.5))
    expect(await remind()).toBe('Nothing to send.')
    await db().subordinate.update({ where: { id }, data: unresolvable(1.5) })
    await remind()
    await remind()
    const [first, ...others] = await queued()
    expect(others).toEqual([])
    expect(first).toMatchObject({ recipient: 'ops@lu.example', subject: `Does not resolve: ${entityId}` })
    expect(first?.text).toContain('> The policy of "x" refuses <it>.')
    expect(first?.text).toContain('Failed check: METADATA_POLICY')
    await db().subordinate.update({ where: { id }, data: unresolvable(3) })
    expect(await remind()).toBe('1 e-mail queued.')
  })

  it('leads to none long after, nor while it is only unreachable', async () => {
    await member(unresolvable(100))
    await member({ failingSince: since(5), failingCode: 'REACHABLE', lastError: 'no answer' })
    expect(await remind()).toBe('Nothing to send.')
    await member({ failingSince: since(5), failingCode: 'SIGNATURE', lastError: 'bad' })
    expect(await remind()).toBe('1 e-mail queued.')
  })
})

describe('a Trust Mark', () => {
  async function mark(changes: object) {
    const { entityId, id: subordinateId } = await member()
    const type = `https://ta.example.org/marks/${++made}`
    const { id: trustMarkTypeId } = await db().trustMarkType.create({ data: { type } })
    const terms = { validFor: 8760, renewalTime: 48, jwt: '', kid: '' }
    const data = { ...terms, trustMarkTypeId, entityId, subordinateId, issuedAt: days(-300), ...changes }
    return db().trustMark.create({ data: { autorenew: false, expiresAt: days(30), ...data } })
  }

  it('that expires leads to a message, unless it is renewed', async () => {
    await mark({})
    await mark({ expiresAt: days(7), autorenew: true })
    await mark({ expiresAt: days(7), autorenew: true, failingSince: time })
    await mark({ expiresAt: days(1), active: false })
    await mark({ expiresAt: days(1), issuedAt: days(-0.5) })
    await remind()
    await remind()
    expect((await queued()).map(({ subject }) => subject.split(':')[0])).toEqual([
      'Trust Mark expires within 30 days',
      'Trust Mark expires within 7 days',
    ])
  })

  it('that is revoked leads to one message in the same transaction, without the operators’ reason', async () => {
    const { leaf } = await registerLeaf(admin, { organizationId: lundId })
    const type = `https://ta.example.org/marks/${++made}`
    await admin.mutate('createTrustMarkType', { type }, 'id')
    const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id')
    await admin.mutate('revokeTrustMark', { id, reason: 'It left <us>.' }, 'id')
    await admin.mutate('revokeTrustMark', { id, reason: 'Again.' }, 'id')
    const found = await queued()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ event: 'TRUST_MARK_REVOKED', recipient: 'ops@lu.example' })
    expect(found[0]?.text).not.toContain('It left')
    expect(found[0]?.text).toContain(`Trust Mark type: ${type}`)
  })
})

describe('a key', () => {
  it('leads to a message to every organization when it is announced, and when it replaces the current one', async () => {
    expect(await remind()).toBe('Nothing to send.')
    const { kid } = await admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin')
    await admin.server.publisher.flush(5_000)
    expect(await remind()).toBe('2 e-mails queued.')
    expect(await remind()).toBe('Nothing to send.')
    await admin.mutate('switchSigningKey', { overrideReason: 'test' }, 'kid', 'admin')
    expect(await remind()).toBe('2 e-mails queued.')
    expect(await remind()).toBe('Nothing to send.')
    const found = await queued()
    expect(found.map(({ recipient, subject }) => [recipient, subject.split(':')[0]])).toEqual([
      ['ops@lu.example', 'New key announced'],
      ['eva@uio.example', 'New key announced'],
      ['ops@lu.example', 'New key in use'],
      ['eva@uio.example', 'New key in use'],
    ])
    for (const { text } of found) expect(text).toContain(`Key (kid): ${kid}`)
  })
})

it('does nothing where e-mail is off', async () => {
  const silent = await startAdmin()
  const opened = await openSchedules(silent)
  expect(await opened.run('send-reminders')).toBe('E-mail is off.')
  opened.close()
  await silent.close()
})
