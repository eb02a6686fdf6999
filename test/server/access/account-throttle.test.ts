/** Tests the throttle per account: it slows down guessing from many addresses and does not lock the owner out. */
import { beforeEach, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { type Answer, visit } from '#test/helpers/visitor.ts'

let addresses = 0

const admin = adminInFile({}, { trustedProxies: ['127.0.0.1'] })
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

/** Uses an unknown address each time. */
const outsider = () => `198.51.100.${++addresses}`

function signIn(username: string, password: string, address = outsider()): Promise<Answer> {
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

/** Moves the last attempt this many milliseconds into the past. */
async function wait(milliseconds: number): Promise<void> {
  const { key, lastRequest } = await counter()
  await admin.server.db.rateLimit.update({
    where: { key },
    data: { lastRequest: lastRequest - BigInt(milliseconds) },
  })
}

/** Moves the last attempt to the present, because checking a password takes time. */
async function justNow(): Promise<void> {
  const { key } = await counter()
  await admin.server.db.rateLimit.update({ where: { key }, data: { lastRequest: Date.now() } })
}

it('delays each attempt after five wrong passwords, from any address', async () => {
  expect(await guess('admin', 5)).toEqual([401, 401, 401, 401, 401])
  await justNow()
  const refused = await signIn('admin', 'a wrong password')
  expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } })
  expect(refused.headers.get('retry-after')).toBe('4')
  // The right password too, or the answer would reveal it.
  expect((await signIn('admin', PASSWORD)).status).toBe(429)
})

it('doubles the delay with each attempt, up to half a minute', async () => {
  await guess('admin', 5)
  for (const seconds of [4, 8, 16, 30, 30, 30]) {
    await justNow()
    expect((await signIn('admin', 'a wrong password')).headers.get('retry-after')).toBe(String(seconds))
    await wait(seconds * 1000)
    expect((await signIn('admin', 'a wrong password')).status).toBe(401)
  }
})

it('ends with the right password after the delay', async () => {
  await guess('operator', 5)
  await wait(4000)
  expect((await signIn('operator', PASSWORD)).status).toBe(200)
  expect(await guess('operator', 5)).toEqual([401, 401, 401, 401, 401])
})

it('lets the owner sign in from a known address throughout', async () => {
  const home = '203.0.113.7'
  expect((await signIn('viewer', PASSWORD, home)).status).toBe(200)
  await guess('viewer', 6)
  await justNow()
  expect((await signIn('viewer', PASSWORD)).status).toBe(429)
  expect((await signIn('viewer', PASSWORD, home)).status).toBe(200)
})

it('starts over after a quarter of an hour without an attempt', async () => {
  await guess('admin', 5)
  await wait(15 * 60_000 + 1000)
  expect(await guess('admin', 5)).toEqual([401, 401, 401, 401, 401])
})

it('does not reveal which names exist, and stores no typed name', async () => {
  expect(await guess('correct.horse', 5)).toEqual([401, 401, 401, 401, 401])
  await justNow()
  expect(await guess('correct.horse', 1)).toEqual([429])
  expect((await counter()).key).not.toContain('correct')
})

it('counts simultaneous attempts', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('admin', 'a wrong password')))
  const looked = answers.filter(({ status }) => status === 401)
  expect(looked).toHaveLength(5)
})

it('appears in the audit log', async () => {
  await guess('admin', 5)
  await justNow()
  await guess('admin', 1)
  const last = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
  expect(last).toMatchObject({ action: 'signIn', resource: 'admin', reason: 'TOO_MANY_REQUESTS' })
})
