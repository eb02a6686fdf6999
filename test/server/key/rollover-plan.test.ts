/** Tests the plan of the scheduled rollover: who changes it, how, and how it is held. */
import { describe, expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import type { AdminServer } from '#server/process/start.ts'
import { adminInFile, startAdmin, startSecondAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inFile, inTest } from '#test/helpers/in-file.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'

const admin = adminInFile()
const second = inFile(() => startSecondAdmin(admin))
const schedule = schedulesInFile(admin)

const PLAN = 'months alg noticeDays isHeld version nextStep waitsFor'
const plan = (input: object, as: 'admin' | 'operator' = 'admin') =>
  admin.mutate('scheduleRollover', input, PLAN, as)
const look = () => schedule.run('key-rollover')
const states = async () => {
  const { data } = await admin.execute('{ signingKeys { keys { state } } }')
  return data.signingKeys.keys.map(({ state }: { state: string }) => state)
}
const codes = async () => {
  const { data } = await admin.execute('{ alerts { code } }')
  return data.alerts.map(({ code }: { code: string }) => code).filter((code: string) => /ROLLOVER/.test(code))
}
const ageKey = () =>
  admin.server.db.signingKey.updateMany({
    where: { state: 'CURRENT' },
    data: { signsSince: new Date('2020-01-01') },
  })

describe('the plan', () => {
  it('is off by default', async () => {
    const { data } = await admin.execute(`{ signingKeys { rollover { ${PLAN} } } }`, {}, 'viewer')
    expect(data.signingKeys.rollover).toEqual({
      months: null,
      alg: null,
      noticeDays: 7,
      isHeld: false,
      version: 0,
      nextStep: null,
      waitsFor: null,
    })
    expect(await look()).toBe('No rollover is scheduled.')
  })

  it('keeps what is absent, and sets the default for null', {
    tags: ['mutation/scheduleRollover/success', 'mutation/scheduleRollover/audit'],
  }, async () => {
    const first = await plan({ months: 12, alg: 'ML_DSA_44', noticeDays: 3, version: 0 })
    expect(first).toMatchObject({ months: 12, alg: 'ML_DSA_44', noticeDays: 3, nextStep: 'ANNOUNCE' })
    expect(first.waitsFor).toMatch(/^The current key .* is 12 months old on 20/)
    expect(await plan({ noticeDays: null })).toMatchObject({ months: 12, alg: 'ML_DSA_44', noticeDays: 7 })
    expect(await plan({ alg: null, months: null })).toMatchObject({ months: null, alg: null, nextStep: null })
    const [entry] = await admin.server.db.auditEvent.findMany({
      where: { action: 'scheduleRollover' },
      orderBy: { id: 'asc' },
    })
    expect(entry).toMatchObject({
      actor: 'admin',
      resourceType: 'TrustAnchor',
      resource: admin.entityId,
      before: { months: null, alg: null, noticeDays: 7, isHeld: false },
      after: { months: 12, alg: 'ML-DSA-44', noticeDays: 3, isHeld: false },
    })
  })

  it.each([
    [{ months: 0 }, 'months', 'must be from 1 to 60 months.'],
    [{ months: 61 }, 'months', 'must be from 1 to 60 months.'],
    [{ noticeDays: -1 }, 'noticeDays', 'must be from 0 to 60 days.'],
    [{ noticeDays: 61 }, 'noticeDays', 'must be from 0 to 60 days.'],
  ])('refuses %j', { tags: 'mutation/scheduleRollover/InvalidInputError' }, async (input, field, message) => {
    expect(await plan(input)).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', field],
      message: expect.stringContaining(message),
    })
  })

  it('refuses a change of an outdated version', {
    tags: 'mutation/scheduleRollover/ConflictError',
  }, async () => {
    expect(await plan({ months: 6, version: 0 })).toMatchObject({ code: 'CONFLICT' })
  })

  it('is for administrators only', async () => {
    await expect(plan({ months: 6 }, 'operator')).rejects.toThrow(/may not|does not allow/)
  })
})

describe('a held rollover', () => {
  it('does no step, and goes on after a new notice', async () => {
    await ageKey()
    await plan({ months: 12, noticeDays: 0, isHeld: true })
    expect(await look()).toBe('An operator holds the rollover.')
    expect(await codes()).toEqual([])
    expect(await plan({ noticeDays: 2, isHeld: false })).toMatchObject({ nextStep: 'ANNOUNCE' })
    expect(await look()).toMatch(/^The notice of 2 days ends on/)
    expect(await codes()).toEqual(['ROLLOVER_STEP_AHEAD'])
    expect(await plan({ isHeld: true })).toMatchObject({ waitsFor: 'An operator holds the rollover.' })
    expect(await codes()).toEqual([])
    expect(await states()).toEqual(['CURRENT'])
  })
})

describe('a step', () => {
  it('is done once by two workers', async () => {
    await plan({ noticeDays: 0, isHeld: false })
    const job = async ({ services }: AdminServer) =>
      services.rollover.advance(jobCaller('key-rollover'), async () => undefined)
    const said = (await Promise.all([job(admin.server), job(second)])).map(({ message }) => message)
    expect(said).toContainEqual(expect.stringMatching('^Announced the key'))
    expect(await states()).toEqual(['CURRENT', 'ANNOUNCED'])
    const entries = { where: { action: 'announceSigningKey' } }
    expect(await admin.server.db.auditEvent.count(entries)).toBe(1)
  })

  it('of a person counts: the schedule goes on from there', async () => {
    await admin.mutate('switchSigningKey', { overrideReason: 'A test.' }, 'kid', 'admin')
    expect(await states()).toEqual(['CURRENT', 'PUBLISHED'])
    expect(await plan({})).toMatchObject({ nextStep: 'RETIRE', waitsFor: null })
    expect(await look()).toMatch(/^Retired the key/)
  })

  it('that no worker does is an alert', async () => {
    await ageKey()
    await plan({ noticeDays: 1 })
    await look()
    const row = await admin.server.db.keyRollover.findUniqueOrThrow({ where: { id: 1 } })
    const notices = (row.notices as object[]).map((notice) => ({ ...notice, dueAt: '2026-01-01T00:00:00Z' }))
    await admin.server.db.keyRollover.update({ where: { id: 1 }, data: { notices } })
    expect(await codes()).toEqual(['ROLLOVER_STUCK'])
  })

  it('is not taken while its schedule is off, which is an alert', async () => {
    await admin.server.db.schedule.update({ where: { name: 'key-rollover' }, data: { enabled: true } })
    const off = async () => {
      const { data } = await admin.execute('{ alerts { id } }')
      return data.alerts.some(({ id }: { id: string }) => id === 'SCHEDULE_OFF:key-rollover')
    }
    expect(await off()).toBe(false)
    await admin.server.db.schedule.update({ where: { name: 'key-rollover' }, data: { enabled: false } })
    expect(await off()).toBe(true)
  })
})

// From here on, a request has to name its anchor.
it('is looked at in another minute by each anchor', async () => {
  const anchor = await makeAnchor(admin, 'sector')
  const minutes = await Promise.all(
    [admin.server.db, anchor.db].map((db) =>
      db.schedule.findUniqueOrThrow({ where: { name: 'key-rollover' }, select: { cron: true } }),
    ),
  )
  for (const { cron } of minutes) expect(cron).toMatch(/^[0-5]?\d \* \* \* \*$/)
  expect(new Set(minutes.map(({ cron }) => cron)).size).toBe(2)
})

it('refuses an algorithm that the store of new keys does not have', async () => {
  const withToken = await inTest(
    startAdmin({}, { keyStore: 'pkcs11', pkcs11Module: '/a/module/of/a/token.so' }),
  )
  const schedule = (input: object) => withToken.mutate('scheduleRollover', input, 'alg', 'admin')
  expect(await schedule({ months: 12, alg: 'ED448' })).toEqual({
    __typename: 'InvalidInputError',
    code: 'INVALID_INPUT',
    message: 'New keys are created in pkcs11, which cannot sign with Ed448. Choose another algorithm.',
    path: ['input', 'alg'],
  })
  expect(await schedule({ months: 12, alg: 'ES256' })).toMatchObject({ alg: 'ES256' })
})
