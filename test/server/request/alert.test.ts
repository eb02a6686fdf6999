/** Tests the alerts: each with its cause, the decisions about them, and their end. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { standIn } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
beforeAll(async () => {
  await db.schedule.updateMany({ data: { enabled: true, cron: '0 0 1 1 *' } })
  await db.user.updateMany({ data: { twoFactorEnabled: true } })
})
beforeEach(async () => {
  await db.subordinate.deleteMany()
  await db.alertState.deleteMany()
})

const FIELDS =
  'id code severity message since size acknowledgedBy { username } snoozedUntil node { __typename id }'

async function alerts(as: Role = 'viewer') {
  const { data, errors } = await admin.execute(`{ alerts { ${FIELDS} } }`, {}, as)
  expect(errors).toBeUndefined()
  return data.alerts as { id: string; code: string; message: string }[]
}

const find = async (code: string, as?: Role) => (await alerts(as)).find((alert) => alert.code === code)
const days = (count: number) => new Date(Date.now() + count * 86_400_000)

async function addMember(columns: object) {
  const { leaf, id } = await registerLeaf(admin)
  await db.subordinate.update({ where: { entityId: leaf.id }, data: columns })
  return id
}

it('lists nothing while nothing needs a person', async () => {
  await addMember({})
  expect(await alerts('admin')).toEqual([])
})

describe('of members', () => {
  const since = days(-1)
  it.each([
    [
      'SUBORDINATES_DO_NOT_RESOLVE',
      'CRITICAL',
      { unresolvableSince: since, unresolvableCode: 'METADATA_POLICY' },
    ],
    [
      'SUBORDINATES_UNREACHABLE',
      'WARNING',
      { failingSince: since, failingCode: 'REACHABLE', lastError: 'No.' },
    ],
    [
      'SUBORDINATES_FAILING',
      'WARNING',
      { failingSince: since, failingCode: 'TRUST_MARKS', lastError: 'No.' },
    ],
    ['SUBORDINATES_EXPIRED', 'CRITICAL', { statementExpiresAt: since }],
    ['STATEMENTS_EXPIRE', 'WARNING', { autorenew: false, statementExpiresAt: days(3) }],
    ['CLOCK', 'CRITICAL', { statementIssuedAt: days(1) }],
  ])('%s is %s', async (code, severity, columns) => {
    const id = await addMember(columns)
    const node = /EXPIRE$|CLOCK/.test(code) ? null : { __typename: 'Subordinate', id }
    expect(await find(code)).toMatchObject({ severity, size: 1, node })
    await db.subordinate.deleteMany()
    expect(await find(code)).toBeUndefined()
  })

  it('names the number and the longest, where there are several', async () => {
    await addMember({
      unresolvableSince: days(-1),
      unresolvableReason: 'The later reason.',
      displayName: 'Later',
    })
    await addMember({
      unresolvableSince: days(-2),
      unresolvableReason: 'The earlier reason.',
      displayName: 'First',
    })
    expect(await find('SUBORDINATES_DO_NOT_RESOLVE')).toMatchObject({
      size: 2,
      node: null,
      message: '2 subordinates do not resolve. First: The earlier reason.',
    })
  })

  it('is silent about an absence of a few minutes', async () => {
    await addMember({ failingSince: new Date(), failingCode: 'REACHABLE', lastError: 'No.' })
    expect(await alerts()).toEqual([])
    await addMember({ failingSince: days(-1), failingCode: 'REACHABLE', lastError: 'No.' })
    expect(await find('SUBORDINATES_UNREACHABLE')).toMatchObject({ size: 1 })
  })
})

describe('of the installation', () => {
  it('tells a failing schedule, one that is off, drift, and a rollover that waits', async () => {
    await db.schedule.update({
      where: { name: 'prune' },
      data: { lastSucceeded: false, lastMessage: 'Disk full.' },
    })
    await db.schedule.update({ where: { name: 'renew-subordinates' }, data: { enabled: false } })
    await db.driftReport.create({
      data: { checkedAt: new Date(), missing: 1, unexpected: 0, different: 1, examples: [] },
    })
    await db.signingKey.create({
      data: { kid: 'next', alg: 'ES256', state: 'ANNOUNCED', createdAt: days(-3), usableFrom: days(-1) },
    })
    const found = await alerts()
    expect(found.map(({ id }) => id).sort()).toEqual([
      'DRIFT',
      'KEY_ROLLOVER:next',
      'SCHEDULE_FAILING:prune',
      'SCHEDULE_OFF:renew-subordinates',
    ])
    expect(found.map(({ message }) => message).join(' ')).toContain('Disk full.')
    await db.driftReport.deleteMany()
    await db.signingKey.delete({ where: { kid: 'next' } })
    await db.schedule.updateMany({ data: { enabled: true, lastSucceeded: null } })
  })

  it('asks for a step of a rollover only when the step is safe', async () => {
    const key = { alg: 'ES256', createdAt: days(-9) }
    await db.signingKey.create({ data: { ...key, kid: 'next', state: 'ANNOUNCED', usableFrom: days(-1) } })
    expect(await find('KEY_ROLLOVER')).toMatchObject({ message: expect.stringContaining('Switch') })
    await db.settings.updateMany({ data: { authorityHints: ['https://superior.example.org'] } })
    expect(await find('KEY_ROLLOVER')).toBeUndefined() // the superior was never read
    await db.settings.updateMany({ data: { authorityHints: [] } })
    await db.signingKey.delete({ where: { kid: 'next' } })

    const replaced = { ...key, kid: 'old', state: 'PUBLISHED', statementsUntil: days(-1) }
    await db.signingKey.create({ data: replaced })
    expect(await find('KEY_ROLLOVER')).toMatchObject({ message: expect.stringContaining('Retire') })
    const type = 'https://ta.example.org/marks/old'
    await admin.mutate('createTrustMarkType', { type }, 'id')
    await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: 'https://rp.example.org' }, 'id')
    await db.trustMark.updateMany({ data: { kid: 'old' } })
    await db.issuedTrustMark.updateMany({ data: { kid: 'old' } })
    expect(await find('KEY_ROLLOVER')).toBeUndefined()
    await db.signingKey.delete({ where: { kid: 'old' } })
  })

  it('shows alerts about people and their keys to administrators only', async () => {
    await db.user.updateMany({ where: { role: 'admin' }, data: { twoFactorEnabled: false } })
    await db.apikey.updateMany({ data: { expiresAt: days(3) } })
    expect(await find('API_KEYS_EXPIRE', 'admin')).toBeUndefined() // made for three days
    await db.apikey.updateMany({ data: { createdAt: days(-300) } })
    expect(await alerts('operator')).toEqual([])
    expect(await find('SECOND_FACTOR_MISSING', 'admin')).toMatchObject({ node: { __typename: 'User' } })
    expect(await find('API_KEYS_EXPIRE', 'admin')).toMatchObject({ node: { __typename: 'ApiKey' } })
    await db.user.updateMany({ data: { twoFactorEnabled: true } })
    await db.apikey.updateMany({ data: { expiresAt: null } })
  })
})

describe('decisions', () => {
  const input = (id: string, rest: object = {}) => ({ id, ...rest })

  it('keeps an acknowledgement until the matter grows', {
    tags: ['mutation/acknowledgeAlert/success', 'mutation/acknowledgeAlert/audit'],
  }, async () => {
    await addMember({ unresolvableSince: days(-1) })
    const id = 'SUBORDINATES_DO_NOT_RESOLVE'
    const decided = await admin.mutate('acknowledgeAlert', input(id), 'acknowledgedBy { username }')
    expect(decided).toMatchObject({ acknowledgedBy: { username: 'operator' } })
    expect(await find(id)).toMatchObject({ acknowledgedBy: { username: 'operator' } })
    const entry = await db.auditEvent.findFirst({ where: { action: 'acknowledgeAlert' } })
    expect(entry).toMatchObject({ resourceType: 'Alert', resource: id, actor: 'operator' })
    await addMember({ unresolvableSince: new Date() })
    expect(await find(id)).toMatchObject({ size: 2, acknowledgedBy: null })
  })

  it('puts an alert aside for a time', {
    tags: [
      'mutation/snoozeAlert/success',
      'mutation/snoozeAlert/audit',
      'mutation/snoozeAlert/InvalidInputError',
    ],
  }, async () => {
    await addMember({ unresolvableSince: days(-1) })
    const id = 'SUBORDINATES_DO_NOT_RESOLVE'
    const until = days(1).toISOString()
    expect(await admin.mutate('snoozeAlert', input(id, { until }), 'snoozedUntil')).toMatchObject({
      snoozedUntil: until,
    })
    expect(await find(id)).toMatchObject({ snoozedUntil: until })
    for (const wrong of [days(-1), days(91)]) {
      const refused = await admin.mutate('snoozeAlert', input(id, { until: wrong.toISOString() }), 'id')
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'until'] })
    }
  })

  it('needs an alert that exists, and an operator', {
    tags: ['mutation/acknowledgeAlert/NotFoundError', 'mutation/snoozeAlert/NotFoundError'],
  }, async () => {
    const until = days(1).toISOString()
    expect(await admin.mutate('acknowledgeAlert', input('CLOCK'), 'id')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await admin.mutate('snoozeAlert', input('CLOCK', { until }), 'id')).toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(admin.mutate('acknowledgeAlert', input('CLOCK'), 'id', 'viewer')).rejects.toThrow(
      'does not allow',
    )
  })
})

it('streams the list after each change of it', async () => {
  const document = 'subscription { alertsChanged { code } }'
  const { results } = await subscribe(admin.adminUrl, admin.keys.viewer, document)
  await vi.waitFor(() => expect(results).toEqual([{ data: { alertsChanged: [] } }]), patience)
  await addMember({ unresolvableSince: days(-1) })
  const changed = { data: { alertsChanged: [{ code: 'SUBORDINATES_DO_NOT_RESOLVE' }] } }
  await vi.waitFor(() => expect(results.at(-1)).toEqual(changed), patience)
  expect(results).toHaveLength(2)
})
