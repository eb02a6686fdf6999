/** Tests the endpoint at which a subordinate asks to have its new keys fetched: whom it serves, and what it asks. */
import { describe, expect, test } from 'vitest'
import { inTest } from '#test/helpers/in-file.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { assertionType, post, signAssertion } from '../client.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, startTrustAnchor } from '../trust-anchor.ts'

const path = '/jwks_update_trigger'
const sub = 'https://rp.example'
const endpoint = {
  federation_fetch_endpoint: `${entityId}/fetch`,
  federation_jwks_update_trigger_endpoint: `${entityId}${path}`,
}

async function start(options: Parameters<typeof startTrustAnchor>[0] = {}, metadata: object = endpoint) {
  const ta = await inTest(startTrustAnchor(options))
  await ta.publishConfiguration({ metadata: { federation_entity: metadata } })
  const member = await offlineEntity(sub)
  await ta.publishSubordinate(member)
  await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
  return { ...ta, member }
}

test('is unknown until the Entity Configuration names it', async () => {
  const ta = await start({}, {})
  for (const response of [await ta.get(path, { sub }), await post(ta.app, path, { sub })])
    expect([response.statusCode, response.json().error]).toEqual([404, 'not_found'])
})

test('asks once to look at a subordinate, and says where the answer will be', async () => {
  const ta = await start()
  const nothing = await ta.get(path, { sub })
  expect([nothing.statusCode, nothing.json()]).toEqual([
    404,
    { error: 'not_found', error_description: `Nothing was asked for ${sub} within ten minutes.` },
  ])
  for (let time = 0; time < 2; time++) {
    const response = await post(ta.app, path, { sub })
    const status = `${entityId}${path}?${new URLSearchParams({ sub })}`
    expect(response.statusCode).toBe(202)
    expect(response.headers).toMatchObject({ location: status, 'retry-after': '2' })
    expect(response.json()).toMatchObject({ sub, state: 'pending', status })
  }
  const question = {
    endpoint: 'jwks_update_trigger',
    wants: 'examination',
    entityId: sub,
    trustMarkType: null,
  }
  expect(await ta.parts.questions.due(10)).toEqual([question])
  expect((await ta.get(path, { sub })).statusCode).toBe(202)
})

describe('asks nothing', () => {
  test.each([
    ['about an entity that is no subordinate', { sub: 'https://else.example' }, 404, /is not a subordinate/],
    ['without sub', {}, 400, /sub is required/],
    ['about something that is no Entity Identifier', { sub: 'rp' }, 400, /URL/],
  ])('%s', async (_what, parameters, status, message) => {
    const ta = await start()
    const response = await post(ta.app, path, parameters)
    expect(response.statusCode).toBe(status)
    expect(response.json().error_description).toMatch(message)
    expect(await ta.parts.questions.due(10)).toEqual([])
  })

  test('about a subordinate whose statement has expired', async () => {
    const ta = await start()
    ta.clock.ahead = 10 * 86_400
    expect((await post(ta.app, path, { sub })).statusCode).toBe(404)
    expect(await ta.parts.questions.due(10)).toEqual([])
  })
})

test('asks for the client that authenticates, not for the one in the form', async () => {
  const methods = { federation_jwks_update_trigger_endpoint_auth_methods: ['private_key_jwt'] }
  const ta = await start({}, { ...endpoint, ...methods })
  expect((await post(ta.app, path, { sub })).statusCode).toBe(401)
  const client_assertion = await signAssertion({ id: sub, key: ta.member.key, now: ta.now() })
  const form = { client_assertion_type: assertionType, client_assertion, sub: 'https://else.example' }
  expect((await post(ta.app, path, form)).json()).toMatchObject({ sub, state: 'pending' })
  expect(await ta.parts.questions.due(10)).toMatchObject([{ entityId: sub }])
})

test('limits how often one client address may ask', async () => {
  const ta = await start({ questionRateLimit: 2 })
  const ask = async () => (await post(ta.app, path, { sub })).statusCode
  expect([await ask(), await ask(), await ask()]).toEqual([202, 202, 429])
})

test('answers 503 while Redis is down', async () => {
  const ta = await start()
  await ta.redis.stop()
  const response = await ta.get(path, { sub })
  expect([response.statusCode, response.json().error]).toEqual([503, 'temporarily_unavailable'])
})
