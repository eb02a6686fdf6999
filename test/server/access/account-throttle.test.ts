/** Guessing one account's password from many addresses gets slower, and locks its owner out of nothing. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { type Answer, visit } from '#test/helpers/visitor.ts'

let admin: TestAdmin
let addresses = 0

beforeAll(async () => {
  admin = await startAdmin({}, { trustedProxies: ['127.0.0.1'] })
})
afterAll(() => admin.close())
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

/** Each time from an address that nobody has seen. */
const stranger = () => `198.51.100.${++addresses}`

function signIn(username: string, password: string, address = stranger()): Promise<Answer> {
  const headers = { 'x-forwarded-for': address }
  return visit(admin.adminUrl).auth('/sign-in/username', { username, password }, headers)
}

async function guess(username: string, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < times; n++) statuses.push((await signIn(username, 'a wrong password')).status)
  return statuses
}

const counter = () =>
  admin.server.db.rateLimit.findFirstOrThrow({ where: { key: { startsWith: 'account:' } } })

/** As if so many milliseconds had gone by since the last attempt. */
async function wait(milliseconds: number): Promise<void> {
  const { key, lastRequest } = await counter()
  await admin.server.db.rateLimit.update({
    where: { key },
    data: { lastRequest: lastRequest - BigInt(milliseconds) },
  })
}

/** As if the last attempt were of this moment, however long its password took to check. */
async function justNow(): Promise<void> {
  const { key } = await counter()
  await admin.server.db.rateLimit.update({ where: { key }, data: { lastRequest: Date.now() } })
}

it('after five wrong passwords, wherever they come from, each has to wait', async () => {
  expect(await guess('admin', 5)).toEqual([401, 401, 401, 401, 401])
  await justNow()
  const refused = await signIn('admin', 'a wrong password')
  expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } })
  expect(refused.headers.get('retry-after')).toBe('4')
  // The right one as well, or an answer would tell which one it is.
  expect((await signIn('admin', PASSWORD)).status).toBe(429)
})

it('the wait doubles with each attempt, to half a minute at most', async () => {
  await guess('admin', 5)
  for (const seconds of [4, 8, 16, 30, 30, 30]) {
    await justNow()
    expect((await signIn('admin', 'a wrong password')).headers.get('retry-after')).toBe(String(seconds))
    await wait(seconds * 1000)
    expect((await signIn('admin', 'a wrong password')).status).toBe(401)
  }
})

it('the right password ends it, once it may be tried', async () => {
  await guess('operator', 5)
  await wait(4000)
  expect((await signIn('operator', PASSWORD)).status).toBe(200)
  expect(await guess('operator', 5)).toEqual([401, 401, 401, 401, 401])
})

it('its owner signs in from a known address all the while', async () => {
  const home = '203.0.113.7'
  expect((await signIn('viewer', PASSWORD, home)).status).toBe(200)
  await guess('viewer', 6)
  await justNow()
  expect((await signIn('viewer', PASSWORD)).status).toBe(429)
  expect((await signIn('viewer', PASSWORD, home)).status).toBe(200)
})

it('a quarter of an hour without an attempt, and it begins anew', async () => {
  await guess('admin', 5)
  await wait(15 * 60_000 + 1000)
  expect(await guess('admin', 5)).toEqual([401, 401, 401, 401, 401])
})

it('tells nothing of which names exist, and keeps none that was typed', async () => {
  expect(await guess('correct.horse', 5)).toEqual([401, 401, 401, 401, 401])
  await justNow()
  expect(await guess('correct.horse', 1)).toEqual([429])
  expect((await counter()).key).not.toContain('correct')
})

it('counts those that come at the same moment', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('admin', 'a wrong password')))
  const looked = answers.filter(({ status }) => status === 401)
  expect(looked).toHaveLength(5)
})

it('stands in the audit log', async () => {
  await guess('admin', 5)
  await justNow()
  await guess('admin', 1)
  const last = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
  expect(last).toMatchObject({ action: 'signIn', resource: 'admin', reason: 'TOO_MANY_REQUESTS' })
})
