/** Tests the health report of the admin server while a dependency is unavailable. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { findLowSpace } from '#server/plugins/health.ts'
import { adminInFile, type GraphQLAnswer, PASSWORD } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'

const admin = adminInFile()

async function health(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${admin.adminUrl}/health`)
  return { status: response.status, body: await response.json() }
}

function post(path: string, headers: Record<string, string>, body: object): Promise<Response> {
  return fetch(`${admin.adminUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', ...headers },
    body: JSON.stringify(body),
  })
}

async function signIn(): Promise<string> {
  const credentials = { username: 'viewer', password: PASSWORD }
  const response = await post('/api/auth/sign-in/username', { origin: admin.adminUrl }, credentials)
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  return cookies.join('; ')
}

async function ask(credentials: Record<string, string>): Promise<GraphQLAnswer> {
  const response = await post('/graphql', credentials, { query: '{ viewer { username } }' })
  return response.json() as Promise<GraphQLAnswer> // GraphQL always answers in this shape
}

it('is healthy without Redis, and reports that it is unavailable', async () => {
  expect(await health()).toEqual({ status: 200, body: { status: 'ok', redis: 'ok' } })
  await admin.redis.stop()
  expect((await fetch(`${admin.adminUrl}/health/live`)).status).toBe(200)
  const withoutRedis = { status: 200, body: { status: 'ok', redis: 'unavailable' } }
  await vi.waitFor(async () => expect(await health()).toEqual(withoutRedis), patience)
  await admin.redis.restart()
  const well = { status: 200, body: { status: 'ok', redis: 'ok' } }
  await vi.waitFor(async () => expect(await health()).toEqual(well), patience)
})

it('reports Redis as unavailable when it keeps the connection and does not answer', async () => {
  admin.redis.pause()
  const { body } = await health()
  admin.redis.resume()
  expect(body).toEqual({ status: 'ok', redis: 'unavailable' })
})

// Keep this test last: the database does not come back.
it('is unhealthy without its database, reveals nothing, and can still be closed', async () => {
  const session = await signIn()
  expect(await ask({ cookie: session })).toEqual({ data: { viewer: { username: 'viewer' } } })
  await admin.database.close()
  const { status, body } = await health()
  expect(status).toBe(503)
  expect(body).toEqual({ status: 'error', detail: 'database unavailable', redis: 'ok' })
  expect((await fetch(`${admin.adminUrl}/health/live`)).status).toBe(200)

  const cookie = { cookie: session }
  for (const credentials of [{ 'x-api-key': admin.keys.viewer }, cookie]) {
    const { data, errors } = await ask(credentials)
    expect(data?.viewer).toBeUndefined() // the caller is unknown, not anonymous
    expect(errors).toHaveLength(1)
    expect(errors?.[0]?.extensions?.code).toBe('UNAVAILABLE')
    expect(errors?.[0]?.message).not.toMatch(/postgres|ECONN|127\.0\.0\.1/i)
  }
})

it('warns of little space where the keys are, and not where that cannot be known', async () => {
  expect(await findLowSpace(tmpdir(), Number.MAX_SAFE_INTEGER)).toMatch(/^less than \d+ MiB free where/)
  expect(await findLowSpace(tmpdir(), 0)).toBeNull()
  expect(await findLowSpace(join(tmpdir(), 'nonexistent'), Number.MAX_SAFE_INTEGER)).toBeNull()
})
