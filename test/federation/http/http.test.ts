/** Rules for every endpoint: methods, errors and cross-origin access. */
import { expect, test } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { configuredInFile } from '../trust-anchor.ts'

const paths = [
  ['/'],
  proves(['/.well-known/openid-federation'], '9.1/request'),
  proves(['/fetch'], '8.1.1/request'),
  ['/list'],
  proves(['/extended_list'], 'listing/request'),
  proves(['/subordinate_events'], 'events/request'),
  proves(['/collection'], 'collection/request'),
  ['/resolve'],
  ['/trust_mark'],
  ['/trust_mark_list'],
  ['/historical_keys'],
  ['/status_list/1'],
  ['/health'],
  ['/health/live'],
  ['/status'],
]

const ta = configuredInFile()

eachRow(paths)('%s supports only GET and HEAD', async (url) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
    const answer = await ta.app.inject({ method, url })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect(answer.json()).toMatchObject({ error: 'invalid_request' })
  }
})

test.each(paths)('%s responds to HEAD as to GET, without the body', async (url) => {
  const [get, head] = [await ta.app.inject({ url }), await ta.app.inject({ method: 'HEAD', url })]
  expect(head.statusCode).toBe(get.statusCode)
  expect(head.headers['content-type']).toBe(get.headers['content-type'])
  expect(head.body).toBe('')
})

test.each([...paths, ['/trust_mark_status'], ['/nowhere']])(
  'a page in a browser may read %s',
  async (url) => {
    const answer = await ta.app.inject({ url, headers: { origin: 'https://tool.example' } })
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    expect(answer.headers['access-control-expose-headers']).toBe('etag, retry-after')
    const preflight = await ta.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin: 'https://tool.example', 'access-control-request-method': 'GET' },
    })
    expect(preflight.statusCode).toBe(url === '/nowhere' ? 404 : 204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  },
)

test.each([
  ['/list', 'GET, HEAD'],
  ['/trust_mark_status', 'POST'],
])('OPTIONS of %s says what is true for the path', async (url, methods) => {
  const headers = { 'access-control-request-headers': 'content-type' }
  const answer = await ta.app.inject({ method: 'OPTIONS', url, headers })
  expect([answer.statusCode, answer.body]).toEqual([204, ''])
  expect(answer.headers).toMatchObject({
    allow: methods,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '600',
  })
})

test.each(['/list?x=%zz', '/fetch?sub=%', '/trust_mark?sub=a&trust_mark_type=%zz', '/nowhere?%zz', '/%zz'])(
  'a percent sign that begins no byte is refused: %s',
  async (url) => {
    const answer = await ta.app.inject({ url })
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request'])
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  },
)

test('and so it is in a form', async () => {
  const answer = await ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'trust_mark=%zz',
  })
  expect([answer.statusCode, answer.json().error_description]).toEqual([
    400,
    '%zz is not percent-encoded. Write % as %25.',
  ])
})

test('an unknown path has an error response', {
  tags: ['8.9/errors', 'collection/errors', 'events/errors'],
}, async () => {
  const answer = await ta.get('/nowhere')
  expect(answer.statusCode).toBe(404)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json()).toMatchObject({ error: 'not_found' })
})

test('an undecodable path has an error response', async () => {
  const answer = await ta.app.inject({ url: '/%ff' })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ error: 'invalid_request' })
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
})

test('a stored value that is not a JWT is a server error without details', async () => {
  await ta.redis.client.set(ta.names.historicalKeys, 'secret rubbish')
  await ta.announce({ kind: 'historical-keys' })
  const answer = await ta.get('/historical_keys')
  expect(answer.statusCode).toBe(500)
  expect(answer.json()).toMatchObject({ error: 'server_error' })
  expect(answer.body).not.toMatch(/rubbish|Redis|JWT/)
})

test('only statements may be cached', async () => {
  expect((await ta.get('/.well-known/openid-federation')).headers['cache-control']).toContain('max-age')
  for (const url of ['/list', '/status', '/nowhere', '/fetch?sub=https%3A%2F%2Fnobody.example']) {
    expect((await ta.app.inject({ url })).headers['cache-control']).toBe('no-store')
  }
})

test.each([...paths, ['/nowhere']])('%s has security headers for browsers', async (url) => {
  const { headers } = await ta.app.inject({ url })
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
})
