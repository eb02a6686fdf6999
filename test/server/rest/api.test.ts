/** Tests the whole REST API: its document, access, bad input, the audit log and outages. */
import { gzipSync } from 'node:zlib'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { restInFile } from '#test/helpers/rest.ts'

const admin = adminInFile()
const rest = restInFile(admin)

/** Every route with the lowest role that may call it, and a valid body. */
const routes = [
  ['POST', '/server/entity', 'admin'],
  ['POST', '/server/historical_keys', 'admin'],
  ['GET', '/trustmarktypes', 'viewer'],
  ['POST', '/trustmarktypes', 'operator'],
  ['GET', '/trustmarktypes/', 'viewer'],
  ['GET', '/trustmarktypes/{id}', 'viewer'],
  ['PUT', '/trustmarktypes/{id}', 'operator'],
  ['GET', '/trustmarks', 'viewer'],
  ['POST', '/trustmarks', 'operator'],
  ['POST', '/trustmarks/list', 'viewer'],
  ['PUT', '/trustmarks/{id}', 'operator'],
  ['POST', '/trustmarks/{id}/renew', 'operator'],
  ['GET', '/subordinates', 'viewer'],
  ['POST', '/subordinates', 'operator'],
  ['POST', '/subordinates/fetch-config', 'viewer'],
  ['GET', '/subordinates/{id}', 'viewer'],
  ['POST', '/subordinates/{id}', 'operator'],
  ['POST', '/subordinates/{id}/renew', 'operator'],
  ['GET', '/auditlog', 'viewer'],
] as const
const lesser = { viewer: null, operator: 'viewer', admin: 'operator' } as const
const withId = (path: string) => path.replace('{id}', '1')

test('has a valid OpenAPI 3.1 document, which describes exactly these routes', async () => {
  const result = await new Validator().validate(structuredClone(rest.document))
  expect(result).toMatchObject({ valid: true })
  const described = Object.entries(rest.document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  )
  expect(described.sort()).toEqual(routes.map(([method, path]) => `${method} ${path}`).sort())
})

test.each([
  ['GET', '/nothing', 'nothing'],
  ['DELETE', '/trustmarktypes/1', 'trustmarktypes/1'],
  ['POST', '/trustmarktypes/1?x=<y>', 'trustmarktypes/1'],
])('%s %s is unknown: a 404 in the usual form for every caller', async (method, path, named) => {
  const response = await fetch(`${admin.adminUrl}/api/v1${path}`, { method })
  expect(response.status).toBe(404)
  const message = `There is no ${method} /api/v1/${named}. /api/v1/openapi.json lists every operation.`
  expect(await response.json()).toEqual({ message, id: 0 })
})

describe('access', () => {
  test.each(routes)('%s %s needs at least the role %s, and says so', async (method, path, role) => {
    const operation = rest.document.paths[`/api/v1${path}`]?.[method.toLowerCase()]
    expect(operation?.security).toEqual([{ apiKey: [role] }])
    const withoutKey = await rest.call(method, withId(path), undefined, null)
    expect(withoutKey).toMatchObject({ status: 401, body: { message: expect.stringContaining('X-API-Key') } })
    const below = lesser[role]
    if (below) expect((await rest.call(method, withId(path), undefined, below)).status).toBe(403)
    expect([401, 403]).not.toContain((await rest.call(method, withId(path), undefined, role)).status)
  })

  test('accepts a key in Authorization, and no session cookie', async () => {
    const url = `${admin.adminUrl}/api/v1/trustmarktypes`
    const bearer = await fetch(url, { headers: { authorization: `Bearer ${admin.keys.viewer}` } })
    expect(bearer.status).toBe(200)
    const signIn = await fetch(`${admin.adminUrl}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: admin.adminUrl },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    })
    const cookie = signIn.headers.getSetCookie().map((each) => each.split(';')[0])
    expect(cookie).not.toEqual([])
    const refused = await fetch(url, { headers: { cookie: cookie.join('; ') } })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Inmor"'])
  })
})

describe('bad input', () => {
  test.each(['/api/v1/trustmarktypes', '/graphql'])('refuses a compressed body of %s', async (path) => {
    const headers = {
      'x-api-key': admin.keys.admin,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    }
    const response = await fetch(`${admin.adminUrl}${path}`, {
      method: 'POST',
      headers,
      body: gzipSync('{}'),
    })
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(await response.json()).toMatchObject({ message: 'The request body must not be compressed.' })
  })

  test.each([
    ['a body that is no JSON', 'POST', '/trustmarktypes', '{', /JSON/],
    ['a body that is no object', 'POST', '/trustmarktypes', '[]', /the JSON body: .*object/],
    ['no body at all', 'POST', '/subordinates', undefined, /the JSON body: /],
    ['a member that is missing', 'POST', '/trustmarktypes', {}, /tmtype: /],
    ['a member of another type', 'PUT', '/trustmarktypes/1', { valid_for: '5' }, /valid_for: .*number/],
    ['a number beyond the column', 'PUT', '/trustmarktypes/1', { valid_for: 2 ** 31 }, /valid_for: /],
    ['metadata that is no object', 'POST', '/subordinates', { entityid: 'x', metadata: 1 }, /metadata: /],
    ['an identifier that is no URL', 'POST', '/subordinates', { entityid: 'x' }, /URL/],
    ['keys that are none', 'POST', '/subordinates', { entityid: 'https://a.example', jwks: {} }, /keys/],
    ['a limit above the maximum', 'GET', '/subordinates?limit=1001', undefined, /limit: /],
    ['an offset that is no number', 'GET', '/trustmarks?offset=x', undefined, /offset: /],
    ['a __proto__ member', 'POST', '/trustmarktypes', '{"tmtype":"https://a.example","__proto__":{}}', /./],
  ])('%s is 400 with a sentence', async (_what, method, path, body, message) => {
    const answer = await rest.call(method, path, body)
    expect(answer.body.message).toMatch(message)
    expect(answer.status).toBe(400)
  })

  test.each([
    ['GET', '/trustmarktypes/4711'],
    ['PUT', '/trustmarktypes/4711'],
    ['PUT', '/trustmarks/4711'],
    ['POST', '/trustmarks/4711/renew'],
    ['GET', '/subordinates/4711'],
    ['POST', '/subordinates/4711'],
    ['POST', '/subordinates/4711/renew'],
  ])('%s %s is 404 with the id', async (method, path) => {
    const body = path.endsWith('renew') || method === 'GET' ? undefined : {}
    const answer = await rest.call(method, path, body)
    expect(answer).toMatchObject({ status: 404, body: { id: 4711 } })
  })
})

describe('the Trust Anchor itself', () => {
  test('signs and publishes its Entity Configuration', async () => {
    const { status, body } = await rest.call('POST', '/server/entity')
    expect(status).toBe(201)
    const served = await admin.get('/.well-known/openid-federation')
    expect(await served.text()).toBe(body.entity_statement)
  })

  test('signs and publishes its historical keys', async () => {
    const answer = await rest.call('POST', '/server/historical_keys')
    expect(answer).toEqual({ status: 201, body: { message: 'Published 0 historical keys.', id: 0 } })
  })
})

test('records the user of the key in the audit log, newest first', async () => {
  const tmtype = 'https://ta.example.org/marks/audited'
  await rest.call('POST', '/trustmarktypes', { tmtype }, 'operator')
  const { body } = await rest.call('GET', `/auditlog?resource=${tmtype}`, undefined, 'viewer')
  expect(body).toMatchObject({
    count: 1,
    items: [
      {
        actor: 'operator',
        method: 'api_key',
        address: null,
        action: 'createTrustMarkType',
        resource_type: 'TrustMarkType',
        before: null,
        after: { type: tmtype },
      },
    ],
  })
  const { body: all } = await rest.call('GET', '/auditlog?limit=2')
  expect(all.items[0].id).toBeGreaterThan(all.items[1].id)
  expect(all.items[0].resource).toBe(tmtype)
})

test('accepts changes while Redis is unavailable, and answers reads of published data with 503', async () => {
  await admin.redis.stop()
  const created = await rest.call('POST', '/trustmarktypes', {
    tmtype: 'https://ta.example.org/marks/offline',
  })
  expect(created.status).toBe(201)
  const entity = await rest.call('POST', '/server/entity')
  expect(entity).toMatchObject({ status: 503, body: { message: expect.stringContaining('queued') } })
})
