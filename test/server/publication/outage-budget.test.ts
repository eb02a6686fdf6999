/** Tests what the admin side says about the outage budget: what does not keep it, why, and the alerts about that. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { announceExport } from '#test/helpers/exported.ts'
import { publishAged } from '#test/helpers/own-configuration.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const marks = trustMarksOf(() => admin)

const hours = (count: number) => new Date(Date.now() + count * 3_600_000)
const unix = (date: Date) => Math.floor(date.getTime() / 1000)

type Row = { kind: string; reason: string; count: number | null; endsAt: string; isCounted: boolean }

async function read() {
  const { data, errors } = await admin.execute(`{
    serverStatus { publication { outageBudget { hours isKept shortfalls { kind endsAt count reason isCounted } } } }
    alerts { id code message size severity }
  }`)
  expect(errors).toBeUndefined()
  const budget = data.serverStatus.publication.outageBudget as {
    hours: number
    isKept: boolean
    shortfalls: Row[]
  }
  const alerts = data.alerts.filter(({ code }: { code: string }) => code === 'OUTAGE_BUDGET')
  return { budget, alerts, messages: alerts.map(({ message }: { message: string }) => message) }
}

/** Kind, reason and count of each. */
const rows = ({ shortfalls }: { shortfalls: Row[] }) =>
  shortfalls.map(({ kind, reason, count }) => [kind, reason, count])

const setBudget = (outageBudget: number | null) =>
  admin.server.db.settings.update({ where: { id: 1 }, data: { outageBudget } })

async function addMember(columns: object) {
  const { leaf } = await registerLeaf(admin)
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data: columns })
}

async function addMark(columns: object) {
  await marks.issue()
  await admin.server.db.trustMark.updateMany({ where: { entityId: subject, version: 1 }, data: columns })
}

beforeAll(async () => {
  const settings = { entityConfigurationHours: 120, outageBudget: 72 }
  await admin.mutate('updateTrustAnchor', settings, 'version', 'admin')
})

afterEach(async () => {
  const { db } = admin.server
  await db.issuedTrustMark.deleteMany()
  await db.trustMark.deleteMany()
  await db.subordinate.deleteMany()
  await admin.redis.client.del('inmor:manifest')
  await publishAged(admin, { age: 0, life: 120 })
  await setBudget(72)
})

it('says nothing without a budget', async () => {
  await setBudget(null)
  await publishAged(admin, { age: 119, life: 120 })
  expect(await read()).toEqual({ budget: null, alerts: [], messages: [] })
})

it('is kept while everything lives longer', async () => {
  await addMember({ statementExpiresAt: hours(73) })
  await addMark({ expiresAt: hours(73) })
  expect(await read()).toEqual({
    budget: { hours: 72, isKept: true, shortfalls: [] },
    alerts: [],
    messages: [],
  })
})

describe('without an export', () => {
  it('names the Entity Configuration that was not renewed, until it is', async () => {
    await publishAged(admin, { age: 99.5, life: 120 })
    const { budget, alerts } = await read()
    expect(budget.isKept).toBe(false)
    expect(rows(budget)).toEqual([['entity_configuration', 'NOT_RENEWED', 1]])
    expect(alerts).toEqual([
      {
        id: 'OUTAGE_BUDGET:entity_configuration',
        code: 'OUTAGE_BUDGET',
        severity: 'WARNING',
        size: 1,
        message:
          'The Entity Configuration holds for 20 hours without this installation, less than the outage budget of 72 hours. It has not been renewed in time. Check that a worker runs, and what the schedule regenerate-entity-configuration reports.',
      },
    ])
    await publishAged(admin, { age: 0, life: 120 })
    expect((await read()).alerts).toEqual([])
  })

  it('names statements and marks that were not renewed, with their number', async () => {
    await addMember({ statementExpiresAt: hours(0.5) })
    await addMember({ statementExpiresAt: hours(50) })
    await addMark({ expiresAt: hours(71) })
    const { budget, messages } = await read()
    expect(rows(budget)).toEqual([
      ['fetch', 'NOT_RENEWED', 2],
      ['trust_mark', 'NOT_RENEWED', 1],
    ])
    expect(messages.sort()).toEqual([
      expect.stringMatching(/^Subordinate Statements hold for less than an hour .* 2 have not been renewed/),
      expect.stringMatching(/^Trust Marks hold for 70 hours .* 1 has not been .* schedule renew-trust-marks/),
    ])
  })

  it('names a validity that is too short, such as after a restore', async () => {
    await setBudget(170)
    await addMember({})
    const { budget, messages } = await read()
    expect(rows(budget)).toEqual([
      ['entity_configuration', 'TOO_SHORT', 1],
      ['fetch', 'TOO_SHORT', 1],
    ])
    expect(messages.join(' ')).toContain(
      'than the outage budget of 170 hours. 1 has a shorter validity. Raise the validity of Subordinate Statements to at least 237 hours.',
    )
  })

  it('raises no alert about what no setting lengthens, and says why it is short', async () => {
    const short = { statementExpiresAt: hours(10) }
    const ending = { keys: [{ kty: 'EC', exp: unix(hours(10)) }] }
    await addMember({ ...short, autorenew: false })
    await addMember({ ...short, failingSince: hours(-1), failingCode: 'REACHABLE' })
    await addMember({ ...short, unresolvableSince: hours(-1), unresolvableCode: 'METADATA_POLICY' })
    await addMember({ ...short, jwks: ending })
    await addMember({ ...short, active: false })
    const mark = { expiresAt: hours(20) }
    await addMark({ ...mark, autorenew: false, version: 2 })
    await addMark({ ...mark, failingSince: hours(-1), version: 2 })
    await addMark({ ...mark, delegation: 'of an owner', version: 2 })
    await addMark({ ...mark, invalidSince: hours(-1), invalidReason: 'Refused.', version: 2 })
    await addMark({ expiresAt: hours(-1), version: 2 })
    const { budget, alerts } = await read()
    expect(alerts).toEqual([])
    expect(budget.isKept).toBe(true)
    expect(budget.shortfalls.map(({ isCounted }) => isCounted)).not.toContain(true)
    expect(rows(budget).sort()).toEqual([
      ['fetch', 'HAS_PROBLEM', 2],
      ['fetch', 'KEY_ENDS', 1],
      ['fetch', 'NOT_AUTOMATIC', 1],
      ['trust_mark', 'DELEGATION_ENDS', 1],
      ['trust_mark', 'HAS_PROBLEM', 1],
      ['trust_mark', 'NOT_AUTOMATIC', 1],
    ])
  })

  it('counts a statement about a member with another key that does not end', async () => {
    const keys = [{ kty: 'EC', exp: unix(hours(10)) }, { kty: 'EC' }]
    await addMember({ statementExpiresAt: hours(10), jwks: { keys } })
    expect(rows((await read()).budget)).toEqual([['fetch', 'NOT_RENEWED', 1]])
  })
})

describe('with an export', () => {
  const announce = (kinds: Record<string, number | null>) =>
    announceExport(
      admin,
      unix(new Date()),
      Object.fromEntries(
        Object.entries(kinds).map(([kind, end]) => [kind, [1, end === null ? null : unix(hours(end))]]),
      ),
    )
  const all = { entity_configuration: 119, status_list: 119, fetch: 100, trust_mark: 100, list: null }

  async function addAll() {
    await addMember({ statementExpiresAt: hours(100), entityConfigurationExpiresAt: hours(24) })
    await addMark({ expiresAt: hours(100) })
  }

  it('is kept by files that live longer', async () => {
    await addAll()
    await announce(all)
    expect((await read()).budget).toEqual({ hours: 72, isKept: true, shortfalls: [] })
  })

  it.each([
    ['entity_configuration', 'The Entity Configuration holds'],
    ['status_list', 'Status lists hold'],
    ['fetch', 'Subordinate Statements hold'],
    ['trust_mark', 'Trust Marks hold'],
    ['resolve', 'Resolve responses hold'],
  ])('alerts about %s files that are older than what is published', async (kind, words) => {
    await addAll()
    await announce({ ...all, [kind]: 10.5 })
    const { budget, messages } = await read()
    expect(rows(budget)).toEqual([[kind, 'FILES_OLD', null]])
    expect(messages).toEqual([
      `${words} for 10 hours without this installation, less than the outage budget of 72 hours. The exported files are older than what is published. The log of what writes them, ta with EXPORT_FOLDER or inmor-export, has the reason.`,
    ])
  })

  it('raises no alert about a response that ends with the configuration of a member', async () => {
    await addAll()
    await announce({ ...all, resolve: 24 })
    const { budget, alerts } = await read()
    expect(rows(budget)).toEqual([['resolve', 'CHAIN_ENDS', null]])
    expect([budget.isKept, alerts]).toEqual([true, []])
  })

  it('says of files that follow a late statement only that it was not renewed', async () => {
    await addAll()
    await addMember({ statementExpiresAt: hours(50) })
    await announce({ ...all, fetch: 50 })
    expect(rows((await read()).budget)).toEqual([['fetch', 'NOT_RENEWED', 1]])
  })

  it('ignores kinds that it does not know', async () => {
    await addAll()
    await announce({ ...all, collection: 1 })
    expect((await read()).budget.isKept).toBe(true)
  })
})

it('says nothing about the Entity Configuration that Redis does not have', async () => {
  await admin.redis.client.del('inmor:entity_id')
  await admin.redis.client.del('inmor:manifest')
  expect((await read()).budget).toMatchObject({ isKept: true })
})
