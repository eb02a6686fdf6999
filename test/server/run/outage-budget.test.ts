/** Tests that schedules renew early enough for the outage budget. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { validityFor } from '#core/outage-budget.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { dueTrustMarks } from '#server/jobs/kind/trust-marks.ts'
import { spreadLife } from '#server/publish/spread.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { publishAged } from '#test/helpers/own-configuration.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const schedule = schedulesInFile(admin)

const HOUR_MS = 3_600_000
const hours = (count: number) => new Date(Date.now() + count * HOUR_MS)
/** The columns of a statement of this age, with this life. */
const aged = (age: number, life = 100) => ({
  statementIssuedAt: hours(-age),
  statementExpiresAt: hours(life - age),
  lastCheckedAt: hours(-0.1),
  entityConfigurationExpiresAt: hours(48),
})

beforeAll(async () => {
  const settings = { entityConfigurationHours: 120, outageBudget: 72 }
  await admin.mutate('updateTrustAnchor', settings, 'version', 'admin')
})

describe('renew-subordinates', () => {
  eachRow([
    ['a statement past half of what its life has beyond the budget', aged(14.1), true],
    ['a statement before', aged(13.9), false],
    ['a life that cannot keep the budget, past its half', aged(30.1, 60), true],
    ['a life that cannot keep the budget, before its half', aged(29.9, 60), false],
  ])('with %s', async (_title, state, isDue) => {
    const { leaf } = await registerLeaf(admin)
    const where = { entityId: leaf.id }
    await admin.server.db.subordinate.update({ where, data: state })
    const result = await schedule.run('renew-subordinates')
    expect(result).toEqual(isDue ? { done: 1, failed: 0 } : 'None is due.')
    const after = await admin.server.db.subordinate.findUniqueOrThrow({ where })
    if (isDue) expect(after.statementExpiresAt).toSatisfy((end) => end > hours(150))
    else expect(after.statementExpiresAt).toEqual(state.statementExpiresAt)
    await admin.server.db.subordinate.delete({ where })
  })

  it('signs at the check of a member, too', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const where = { entityId: leaf.id }
    await admin.server.db.schedule.updateMany({ data: { enabled: true } })
    const row = await admin.server.db.subordinate.update({ where, data: aged(14.1) })
    const query = 'query ($id: ID!) { node(id: $id) { ... on Subordinate { nextSignature { at } } } }'
    const { data } = await admin.execute(query, { id })
    expect(Date.parse(data.node.nextSignature.at)).toSatisfy((at) => at > Date.now() - 60_000)
    await admin.server.services.subordinates.check(jobCaller('check'), row, null)
    const after = await admin.server.db.subordinate.findUniqueOrThrow({ where })
    expect(after.statementExpiresAt).toSatisfy((end) => end > hours(150))
  })
})

it('signs the Entity Configuration again', async () => {
  const young = await publishAged(admin, { age: 23.9, life: 120 })
  expect(await schedule.run('regenerate-entity-configuration')).toBe('Not due yet.')
  expect(await admin.redis.client.get(redisKeys().entityConfiguration)).toBe(young)
  await publishAged(admin, { age: 24.1, life: 120 })
  expect(await schedule.run('regenerate-entity-configuration')).toBe('Signed again.')
})

type Mark = { validFor: number; renewalTime: number; age: number; life: number }

/** For each of these marks, whether it is due. */
async function findDue(marks: readonly Mark[]): Promise<boolean[]> {
  const rows = marks.map(
    ({ validFor, renewalTime, age, life }, at) =>
      Prisma.sql`(${at}::int, true, true, ${validFor}::int, ${renewalTime}::int, NULL::text,
        now() AT TIME ZONE 'utc' - make_interval(secs => ${age}::float8),
        now() AT TIME ZONE 'utc' + make_interval(secs => ${life - age}::float8))`,
  )
  const due = await admin.server.db.$queryRaw<
    { id: number }[]
  >`SELECT m."id" FROM (VALUES ${Prisma.join(rows)})
    AS m ("id", "active", "autorenew", "validFor", "renewalTime", "delegation", "issuedAt", "expiresAt")
    WHERE ${dueTrustMarks}`
  const found = new Set(due.map(({ id }) => id))
  return marks.map((_mark, at) => found.has(at))
}

describe('renew-trust-marks', () => {
  const budgets = [null, 1, 18, 24, 72, 720]

  it.each(budgets)(
    'renews no fresh mark, and each in time for a budget of %s hours',
    async (outageBudget) => {
      await admin.server.db.settings.update({ where: { id: 1 }, data: { outageBudget } })
      const least = outageBudget === null ? 1 : validityFor(outageBudget)
      const mark = fc
        .record({
          sub: fc.webUrl(),
          more: fc.integer({ min: 0, max: 3000 }),
          part: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        })
        .map(({ sub, more, part }) => {
          const validFor = least + more
          const life = spreadLife(sub, validFor * 3600)
          return { validFor, life, renewalTime: Math.ceil(validFor * part) - 1 }
        })
      const marks = fc.sample(mark, { numRuns: 300, seed: 20_261_202 })
      expect(await findDue(marks.map((each) => ({ ...each, age: 0 })))).not.toContain(true)
      // An hour before it would fall below the budget, and within its renewal time, but for the first part of its life.
      const late = marks
        .filter(({ renewalTime }) => renewalTime > 0 || outageBudget !== null)
        .map((each) => {
          const renewal = Math.min(each.renewalTime, each.validFor * 0.8)
          const left = Math.max(outageBudget === null ? 0 : outageBudget + 1, renewal)
          return { ...each, age: each.life - left * 3600 + 10 }
        })
      expect(late.length).toBeGreaterThan(200)
      expect(await findDue(late)).not.toContain(false)
    },
  )

  it('renews a mark at most a day before its budget', async () => {
    await admin.server.db.settings.update({ where: { id: 1 }, data: { outageBudget: 72 } })
    const year = { validFor: 8760, renewalTime: 48, life: 8760 * 3600 }
    const leaving = (left: number) => ({ ...year, age: (8760 - left) * 3600 })
    expect(await findDue([leaving(97), leaving(95)])).toEqual([false, true])
  })
})
