/** Tests a whole scheduled rollover, hour by hour: every step is announced, and no third party ever sees a break. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { register } from '#test/helpers/subordinate.ts'
import { createThirdParty } from './third-party.ts'

const HOUR_MS = 3_600_000
/** Milliseconds; each simulates days. */
const SLOW = 90_000
const type = 'https://ta.example.org/marks/member'

let hours = 0
const now = () => new Date(Date.now() + hours * HOUR_MS)
let oldKid: string

const admin = adminInFile({ now })
const schedule = schedulesInFile(admin)
const leaf = inFile(() => startEntity({ metadata: relyingParty, authorityHints: [admin.entityId], now }))
const thirdParty = inFile(() => createThirdParty({ anchor: admin, leaf: leaf.id }, now))
beforeAll(async () => {
  await register(admin, leaf)
  await admin.mutate('createTrustMarkType', { type, validFor: 240 }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id')
  oldKid = (await keys())[0]?.kid ?? ''
  await admin.mutate('scheduleRollover', { months: 12, noticeDays: 1 }, 'months', 'admin')
})

async function keys(): Promise<{ kid: string; alg: string; state: string }[]> {
  const { data } = await admin.execute('{ signingKeys { keys { kid alg state } } }')
  return data.signingKeys.keys
}
async function rollover() {
  const { data } = await admin.execute(
    '{ signingKeys { rollover { nextStep nextStepKid nextStepAt waitsFor } } }',
    {},
    'viewer',
  )
  return data.signingKeys.rollover
}
async function alerts(): Promise<{ code: string; message: string }[]> {
  const { data } = await admin.execute('{ alerts { code message } }')
  return data.alerts.filter(({ code }: { code: string }) => /ROLLOVER/.test(code))
}

/** What the worker said, whenever it said something else. */
const said: string[] = []

/** Time passes for everyone, six hours at a time. */
async function pass(count: number): Promise<void> {
  for (const end = hours + count; hours < end; hours += 6) {
    await schedule.run('regenerate-entity-configuration')
    if (hours % 48 === 0) {
      const { id } = (await admin.execute(`{ subordinate(entityId: "${leaf.id}") { id } }`)).data.subordinate
      expect(await admin.mutate('renewSubordinate', { id }, 'state')).toMatchObject({ state: 'ACTIVE' })
    }
    const result = await schedule.run('key-rollover')
    const message = typeof result === 'string' ? result : `Signed ${result.done} Trust Marks again.`
    if (message !== said.at(-1)) said.push(message)
    await thirdParty.visit()
  }
}

/** The current key began to sign so long ago. */
async function age(months: number, withoutHours: number): Promise<void> {
  const signsSince = now()
  signsSince.setUTCMonth(signsSince.getUTCMonth() - months)
  signsSince.setTime(signsSince.getTime() + withoutHours * HOUR_MS)
  await admin.server.db.signingKey.updateMany({ where: { state: 'CURRENT' }, data: { signsSince } })
}

it(
  'waits for the age of the key, and gives notice a day before',
  async () => {
    await age(12, 48)
    expect(await rollover()).toMatchObject({ nextStep: 'ANNOUNCE', nextStepKid: oldKid })
    await pass(6)
    expect(said).toEqual([expect.stringMatching(`^The current key ${oldKid} is 12 months old on 20`)])
    expect(await alerts()).toEqual([])
    await pass(24)
    const { nextStepAt } = await rollover()
    expect(await alerts()).toEqual([
      {
        code: 'ROLLOVER_STEP_AHEAD',
        message: `The key rollover announces the key that follows ${oldKid} on ${nextStepAt.replace(/\.\d+/, '')} at the earliest. The new key is created in a file of the key directory. To stop it, hold the rollover.`,
      },
    ])
    expect(await keys()).toHaveLength(1)
  },
  SLOW,
)

it(
  'announces a key of the same algorithm, and switches when no cache lacks it',
  async () => {
    await pass(30)
    const [old, next] = await keys()
    expect([old, next]).toMatchObject([
      { kid: oldKid, state: 'CURRENT', alg: 'ES256' },
      { state: 'ANNOUNCED', alg: 'ES256' },
    ])
    expect(await rollover()).toMatchObject({ nextStep: 'SWITCH', nextStepKid: next?.kid })
    expect(await alerts()).toMatchObject([
      {
        code: 'ROLLOVER_STEP_AHEAD',
        message: expect.stringContaining(`switches to the key ${next?.kid} on `),
      },
    ])
    await pass(42)
    expect(said.slice(1)).toEqual([
      `Announced the key ${next?.kid}.`,
      expect.stringMatching(`^Until .* caches may hold an Entity Configuration without .* ${next?.kid}`),
      expect.stringMatching('^The notice of 1 day ends on 20'),
      `Switched to the key ${next?.kid}.`,
      'Signed 1 Trust Marks again.',
      expect.stringMatching(`^Until .* caches may hold signatures of the previous key ${oldKid}`),
    ])
    const mark = await admin.server.db.trustMark.findFirstOrThrow()
    expect(mark.kid).toBe(next?.kid)
  },
  SLOW,
)

it(
  'retires the old key when nothing valid depends on it, with a notice',
  async () => {
    const before = said.length
    await pass(8 * 24)
    expect(await keys()).toMatchObject([{ state: 'CURRENT' }])
    expect(said.slice(before)[0]).toBe(`Retired the key ${oldKid}.`)
    const mark = await admin.server.db.issuedTrustMark.findFirstOrThrow({ where: { kid: oldKid } })
    const { withdrawnAt } = await admin.server.db.signingKey.findUniqueOrThrow({ where: { kid: oldKid } })
    expect(withdrawnAt?.getTime()).toBeGreaterThanOrEqual(mark.expiresAt.getTime())
    expect(await alerts()).toEqual([])
  },
  SLOW,
)

it(
  'does one step after a long absence, and takes a new notice for the next one',
  async () => {
    await age(30, 0)
    await pass(36) // the notice, and the step
    expect((await keys()).map(({ state }) => state)).toEqual(['CURRENT', 'ANNOUNCED'])
    expect(said.at(-1)).toMatch(/^(Until|The notice)/)
  },
  SLOW,
)

it(
  'records its steps under its own name',
  async () => {
    const entries = await admin.server.db.auditEvent.findMany({
      where: { resourceType: 'SigningKey' },
      orderBy: { id: 'asc' },
      select: { actor: true, method: true, action: true },
    })
    const by = { actor: 'job:key-rollover', method: 'job' }
    expect(entries).toEqual([
      { ...by, action: 'announceSigningKey' },
      { ...by, action: 'switchSigningKey' },
      { ...by, action: 'retireKey' },
      { ...by, action: 'announceSigningKey' },
    ])
  },
  SLOW,
)
