/** Tests sessions and API keys: who has access, and to what. */
import { describe, expect, it, vi } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'

const admin = adminInFile()

const VIEWER = '{ viewer { username role method } }'
const csrf = { 'x-graphql-yoga-csrf': '1' }

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${admin.adminUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const signIn = (username: string, password: string, headers = {}) =>
  post('/api/auth/sign-in/username', { username, password }, { origin: admin.adminUrl, ...headers })

/** The cookie of a new session, as a browser would send it back. */
async function session(username: string): Promise<string> {
  const response = await signIn(username, PASSWORD)
  expect(response.status).toBe(200)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function viewer(headers: Record<string, string>): Promise<unknown> {
  const response = await post('/graphql', { query: VIEWER }, { ...csrf, ...headers })
  const { data } = await response.json()
  return data.viewer
}

describe('a session', () => {
  it('starts with username and password, and ends at sign-out', async () => {
    const cookie = await session('operator')
    expect(await viewer({ cookie })).toEqual({ username: 'operator', role: 'OPERATOR', method: 'SESSION' })
    expect((await post('/api/auth/sign-out', {}, { cookie, origin: admin.adminUrl })).status).toBe(200)
    expect(await viewer({ cookie })).toBeNull()
  })

  it('hides its cookie from scripts and other sites', async () => {
    const [cookie] = (await signIn('viewer', PASSWORD)).headers.getSetCookie()
    expect(cookie).toMatch(/; HttpOnly/i)
    expect(cookie).toMatch(/; SameSite=(Lax|Strict)/i)
  })

  it.each([
    ['operator', 'a wrong password'],
    ['nobody', PASSWORD],
  ])('is refused to %s with %s, in the same words', async (username, password) => {
    const response = await signIn(username, password)
    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.json()).toMatchObject({ code: 'INVALID_USERNAME_OR_PASSWORD' })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'])(
    'is ignored in a request of type %s, which another site could send',
    async (type) => {
      const body = JSON.stringify({ query: VIEWER })
      const response = await post('/graphql', body, { cookie: await session('admin'), 'content-type': type })
      expect([403, 415]).toContain(response.status)
    },
  )

  it('is ignored for a link that another site could contain', async () => {
    const path = `/graphql?query=${encodeURIComponent(VIEWER)}`
    const headers = { cookie: await session('admin') }
    expect((await fetch(`${admin.adminUrl}${path}`, { headers })).status).toBe(403)
  })

  it('is not available to pages of other origins', async () => {
    const preflight = (origin: string) =>
      fetch(`${admin.adminUrl}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const allowed = async (origin: string) =>
      (await preflight(origin)).headers.get('access-control-allow-origin')
    expect(await allowed(admin.adminUrl)).toBe(admin.adminUrl)
    expect(await allowed('https://elsewhere.example.org')).toBeNull()
  })
})

it.each([
  ['POST', '/api/auth/sign-up/email'],
  ['POST', '/api/auth/sign-in/email'],
  ['POST', '/api/auth/api-key/create'],
  ['POST', '/api/auth/admin/create-user'],
  ['POST', '/api/auth/admin/set-role'],
  ['POST', '/api/auth/admin/impersonate-user'],
  ['POST', '/api/auth/change-password'],
  ['POST', '/api/auth/update-user'],
  ['GET', '/api/auth/admin/list-users'],
  ['GET', '/api/auth/list-sessions'],
])('%s %s is closed', async (method, path) => {
  const headers = {
    'content-type': 'application/json',
    'x-api-key': admin.keys.admin,
    origin: admin.adminUrl,
  }
  const body = method === 'POST' ? { body: '{}' } : {}
  expect((await fetch(`${admin.adminUrl}${path}`, { method, headers, ...body })).status).toBe(404)
})

describe('an API key', () => {
  const accounts = () => createAccounts({ ...admin.server, db: admin.server.installation })
  const caller = cliCaller('test')
  const make = async (username: string, more: object = {}) =>
    accounts().createApiKey(caller, { username, keyName: 'more', ...more })

  it.each([
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
    ['Authorization', (key: string) => ({ authorization: `Bearer ${key}` })],
  ])('works in the header %s, without a further header', async (_name, headers) => {
    const response = await post('/graphql', { query: VIEWER }, headers(admin.keys.operator))
    const { data } = await response.json()
    expect(data.viewer).toEqual({ username: 'operator', role: 'OPERATOR', method: 'API_KEY' })
  })

  it('may have a lower role than its owner, never a higher one', async () => {
    const lesser = await make('admin', { role: 'viewer' })
    expect(await viewer({ 'x-api-key': lesser.key })).toMatchObject({ username: 'admin', role: 'VIEWER' })
    const greater = await make('viewer', { role: 'admin' })
    expect(await viewer({ 'x-api-key': greater.key })).toMatchObject({ username: 'viewer', role: 'VIEWER' })
  })

  it('stops working when it is revoked', async () => {
    const { id, key } = await make('operator')
    expect(await viewer({ 'x-api-key': key })).toMatchObject({ username: 'operator' })
    await accounts().revokeApiKey(caller, id)
    expect(await viewer({ 'x-api-key': key })).toBeNull()
  })

  it('stops working when it expires', async () => {
    const { id, key } = await make('operator', { days: 1 })
    expect(await viewer({ 'x-api-key': key })).toMatchObject({ username: 'operator' })
    await admin.server.db.apikey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    await vi.waitFor(async () => expect(await viewer({ 'x-api-key': key })).toBeNull(), patience)
  })

  it('follows its owner: a lower role, a ban, a removal', async () => {
    await accounts().createUser(caller, { username: 'leaver', password: PASSWORD, role: 'admin' })
    const { key } = await make('leaver')
    expect(await viewer({ 'x-api-key': key })).toMatchObject({ role: 'ADMIN' })
    await accounts().updateUser(caller, 'leaver', { role: 'viewer' })
    expect(await viewer({ 'x-api-key': key })).toMatchObject({ role: 'VIEWER' })
    await accounts().updateUser(caller, 'leaver', { banned: true })
    expect(await viewer({ 'x-api-key': key })).toBeNull()
    await accounts().updateUser(caller, 'leaver', { banned: false })
    await admin.server.db.user.delete({ where: { username: 'leaver' } })
    await vi.waitFor(async () => expect(await viewer({ 'x-api-key': key })).toBeNull(), patience)
  })

  it('does not fall back to the session when it is wrong', async () => {
    const cookie = await session('admin')
    expect(await viewer({ cookie, 'x-api-key': 'inmor_wrong' })).toBeNull()
  })

  it('is stored as a hash only', async () => {
    const rows = await admin.server.db.apikey.findMany()
    expect(JSON.stringify(rows, (_name, value) => value ?? null)).not.toContain(admin.keys.admin)
  })
})

describe('a session of a user', () => {
  it('ends with a ban', async () => {
    const caller = cliCaller('test')
    const accounts = createAccounts(admin.server)
    await accounts.createUser(caller, { username: 'banned', password: PASSWORD, role: 'operator' })
    const cookie = await session('banned')
    expect(await viewer({ cookie })).toMatchObject({ username: 'banned' })
    await accounts.updateUser(caller, 'banned', { banned: true })
    expect(await viewer({ cookie })).toBeNull()
    expect((await signIn('banned', PASSWORD)).status).toBeGreaterThanOrEqual(400)
  })
})

// Keep this test last: it blocks sign-in from this address for a minute.
it('throttles sign-in by address, whatever address the client claims', async () => {
  const statuses: number[] = []
  for (let attempt = 0; attempt < 12; attempt++) {
    const claimed = { 'x-forwarded-for': `192.0.2.${attempt}` }
    statuses.push((await signIn('operator', 'a wrong password', claimed)).status)
  }
  expect(statuses.at(-1)).toBe(429)
  expect((await signIn('operator', PASSWORD)).status).toBe(429)
})
