/** Tests the scheduled rollover of an Intermediate below a superior of another installation, which renews slowly. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { register } from '#test/helpers/subordinate.ts'
import { createThirdParty } from './third-party.ts'

const HOUR_MS = 3_600_000
/** Milliseconds; each simulates days. */
const SLOW = 90_000
const STEP = 10

let hours = 0
const now = () => new Date(Date.now() + hours * HOUR_MS)
let member: string

const superior = adminInFile({ now })
const admin = adminInFile({ now })
const leaf = inFile(() => startEntity({ metadata: relyingParty, authorityHints: [admin.entityId], now }))
const schedules = [schedulesInFile(superior), schedulesInFile(admin)]
const thirdParty = inFile(() => createThirdParty({ anchor: admin, superior, leaf: leaf.id }, now))
beforeAll(async () => {
  const authorityHints = [superior.entityId]
  await admin.mutate('updateTrustAnchor', { authorityHints }, 'authorityHints', 'admin')
  member = (await register(superior, { id: admin.entityId })).id
  await register(admin, leaf)
  await admin.mutate('scheduleRollover', { months: 6, noticeDays: 0 }, 'months', 'admin')
  const signsSince = new Date('2020-01-01')
  await admin.server.db.signingKey.updateMany({ data: { signsSince } })
})

async function rollover() {
  const { data } = await admin.execute(
    '{ signingKeys { keys { kid state } rollover { nextStep nextStepAt waitsFor } } }',
  )
  const { keys, rollover } = data.signingKeys
  const kid = keys.find(({ state }: { state: string }) => state === 'ANNOUNCED')?.kid
  return { ...rollover, kid, keys }
}
const stuck = async () => {
  const { data } = await admin.execute('{ alerts { code message } }')
  return data.alerts.filter(({ code }: { code: string }) => code === 'ROLLOVER_STUCK')
}
const look = () => schedules[1]?.run('key-rollover')
const renew = async (from: TestAdmin, id: string) =>
  expect(await from.mutate('renewSubordinate', { id }, 'state')).toMatchObject({ state: 'ACTIVE' })

/** Time passes for everyone, ten hours at a time. The superior renews nothing unless it is diligent. */
async function pass(count: number, isDiligent = false): Promise<string[]> {
  const said: string[] = []
  for (const end = hours + count; hours < end; hours += STEP) {
    for (const each of schedules) await each.run('regenerate-entity-configuration')
    const { data } = await admin.execute(`{ subordinate(entityId: "${leaf.id}") { id } }`)
    if (hours % 40 === 0) await renew(admin, data.subordinate.id)
    if (hours % 40 === 0 && isDiligent) await renew(superior, member)
    const message = String(await look())
    if (message !== said.at(-1)) said.push(message)
    await thirdParty.visit()
  }
  return said
}

it(
  'announces, and does not switch while the superior does not list the key',
  async () => {
    expect((await pass(STEP))[0]).toMatch(/^Announced the key /)
    const said = await pass(50)
    const { kid, keys, ...ahead } = await rollover()
    expect(said.at(-1)).toContain(`The superior ${superior.entityId} does not list the announced key ${kid}`)
    expect(ahead).toEqual({
      nextStep: 'SWITCH',
      nextStepAt: null,
      waitsFor: `The superior ${superior.entityId} does not list the announced key ${kid} in its statement about this anchor. Ask its operator to add the key.`,
    })
    expect(keys).toMatchObject([{ state: 'CURRENT' }, { state: 'ANNOUNCED' }])
  },
  SLOW,
)

it(
  'says what to ask of the superior when it takes too long',
  async () => {
    await pass(30)
    const { kid } = await rollover()
    expect(await stuck()).toEqual([
      {
        code: 'ROLLOVER_STUCK',
        message: `The key rollover cannot switch to the key ${kid}. The superior ${superior.entityId} does not list the announced key ${kid} in its statement about this anchor. Ask its operator to add the key.`,
      },
    ])
  },
  SLOW,
)

it(
  'waits until statements of the superior without the key have expired, and switches then',
  async () => {
    await renew(superior, member)
    const { kid } = await rollover()
    expect(await look()).toMatch(
      new RegExp(`^Until 20.* caches may hold a statement of the superior ${superior.entityId} without`),
    )
    const { nextStepAt } = await rollover()
    const left = Math.ceil((Date.parse(nextStepAt) - now().getTime()) / HOUR_MS / STEP) * STEP
    expect(left).toBeGreaterThan(24) // its statements are valid for a week
    const said = await pass(left, true)
    expect(said).toEqual([expect.stringContaining('caches may hold a statement of the superior')])
    expect((await rollover()).kid).toBe(kid)
    expect(await stuck()).toEqual([])
    expect(await pass(STEP, true)).toEqual([`Switched to the key ${kid}.`])
  },
  SLOW,
)

it(
  'retires the old key a week later, and no chain ever broke',
  async () => {
    const said = await pass(180, true)
    expect(said).toEqual([
      expect.stringMatching('^Until .* caches may hold signatures of the previous key'),
      expect.stringMatching('^Retired the key'),
      expect.stringMatching('^The current key .* is 6 months old on 20'),
    ])
    expect((await rollover()).keys).toMatchObject([{ state: 'CURRENT' }])
  },
  SLOW,
)
