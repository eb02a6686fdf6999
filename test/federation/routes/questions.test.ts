/** Tests the endpoints that ask the admin side: when they answer, whom they refuse, and an outage of Redis. */
import { describe, expect, test } from 'vitest'
import { MAX_OF_CLIENT } from '#store/questions.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { post } from '../client.ts'
import { entityId, startTrustAnchor } from '../trust-anchor.ts'

const sub = 'https://rp.example'
const trust_mark_type = 'https://ta.example/marks/member'
const names = ['self_check', 'enroll', 'trust_mark_request'] as const

async function startNamed(
  options: Parameters<typeof startTrustAnchor>[0] = {},
  named: readonly string[] = names,
) {
  const ta = await inTest(startTrustAnchor(options))
  const publish = (endpoints: readonly string[]) => {
    const urls = endpoints.map((name) => [`federation_${name}_endpoint`, `${entityId}/${name}`])
    const metadata = { federation_entity: Object.fromEntries(urls) }
    return ta.publishConfiguration({ metadata, trust_mark_issuers: { [trust_mark_type]: [entityId] } })
  }
  await publish(named)
  return { ...ta, publish }
}

describe.each(names)('/%s', (name) => {
  const path = `/${name}`
  /** A mark is for a member. */
  const start = async (...given: Parameters<typeof startNamed>) => {
    const ta = await startNamed(...given)
    if (name === 'trust_mark_request') {
      for (const id of [sub, `${sub}:8443`]) await ta.publishSubordinate({ id })
      await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
    }
    return ta
  }
  const parameters = { sub, ...(name === 'trust_mark_request' ? { trust_mark_type } : {}) }

  test('is unknown until the Entity Configuration names it', async () => {
    const ta = await start({}, [])
    const unknown = { error: 'not_found', error_description: `There is no endpoint at ${path}.` }
    for (const response of [await ta.get(path, parameters), await post(ta.app, path, parameters)])
      expect([response.statusCode, response.json()]).toEqual([404, unknown])
    await ta.publish([name])
    await untilTrue('it is served', async () => (await ta.get(path, parameters)).statusCode === 202)
  })

  test('asks once, and says where the answer will be', async () => {
    const ta = await start()
    const isGet = name === 'self_check'
    const response = isGet ? await ta.get(path, parameters) : await post(ta.app, path, parameters)
    expect(response.statusCode).toBe(202)
    const status = `${entityId}${path}?${new URLSearchParams(parameters)}`
    expect(response.headers).toMatchObject({
      location: status,
      'retry-after': '2',
      'cache-control': 'no-store',
    })
    expect(response.json()).toMatchObject({ ...parameters, state: 'pending', status })
    expect((await ta.get(path, parameters)).statusCode).toBe(202)
    expect(await ta.parts.questions.due(10)).toEqual([
      {
        endpoint: name,
        wants: 'examination',
        entityId: sub,
        trustMarkType: parameters.trust_mark_type ?? null,
      },
    ])
  })

  test('limits how often one client may ask', async () => {
    const ta = await start({ questionRateLimit: 2 })
    const ask = async () => (await ta.get(path, parameters)).statusCode
    expect([await ask(), await ask(), await ask()]).toEqual([202, 202, 429])
  })

  test('fetches from no port that was not allowed', async () => {
    const ta = await start({ allowHttp: false, fetchPorts: [8443] })
    const at = (port: number) => ta.get(path, { ...parameters, sub: `https://rp.example:${port}` })
    expect((await at(8443)).statusCode).toBe(202)
    const refused = await at(22)
    expect(refused.statusCode).toBe(400)
    expect(refused.json()).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('uses port 22'),
    })
  })

  test('answers 503 while Redis is down', async () => {
    const ta = await start()
    await ta.get(path, parameters)
    await ta.redis.stop()
    const response = await ta.get(path, parameters)
    expect([response.statusCode, response.json().error]).toEqual([503, 'temporarily_unavailable'])
  })
})

test('a mark for a stranger or of an unknown type is refused at once', async () => {
  const ta = await startNamed()
  await ta.publishSubordinate({ id: sub })
  await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
  const stranger = { sub: 'https://stranger.example', trust_mark_type }
  const unknown = { sub, trust_mark_type: 'https://ta.example/marks/none' }
  for (const asked of [stranger, unknown])
    for (const answer of [
      await ta.get('/trust_mark_request', asked),
      await post(ta.app, '/trust_mark_request', asked),
    ])
      expect([answer.statusCode, answer.json()]).toMatchObject([200, { ...asked, state: 'refused' }])
  expect(await ta.parts.questions.due(10)).toEqual([])
})

test.each([
  ['HTTP://RP.example', 'Use https://rp.example.'],
  ['https://rp.example#top', 'Use https://rp.example.'],
])('the right spelling of %s is offered', async (given, offer) => {
  const ta = await startNamed({ allowHttp: false })
  const answer = await ta.get('/self_check', { sub: given })
  expect([answer.statusCode, answer.json().error_description]).toEqual([400, expect.stringContaining(offer)])
})

describe.each(['enroll', 'trust_mark_request', 'jwks_update_trigger'] as const)('/%s', (name) => {
  const asking = async () => {
    const ta = await startNamed({}, [name])
    await ta.publishSubordinate({ id: sub })
    const send = (payload: string, type = 'application/json') =>
      ta.app.inject({ method: 'POST', url: `/${name}`, headers: { 'content-type': type }, payload })
    await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
    return { ...ta, send }
  }

  test('takes JSON as well as a form', async () => {
    const { send, parts } = await asking()
    const other = 'https://other.example'
    const entityId = name === 'enroll' ? other : sub
    const response = await send(JSON.stringify({ sub: entityId, trust_mark_type }))
    expect([response.statusCode, response.json()]).toMatchObject([202, { sub: entityId, state: 'pending' }])
    expect(await parts.questions.due(10)).toMatchObject([{ endpoint: name, entityId }])
  })

  test.each([
    ['no object', '["a"]', 400],
    ['no JSON', '{', 400],
    ['a name twice', '{"sub":"https://a.example","sub":"https://b.example"}', 400],
    ['a number', '{"sub":1}', 400],
    ['no subject', '{}', 400],
    ['more than 16 KiB', `{"sub":"${'x'.repeat(20_000)}"}`, 413],
  ])('refuses JSON with %s', async (_what, payload, status) => {
    const { send } = await asking()
    const response = await send(payload)
    expect([response.statusCode, response.json().error]).toEqual([status, 'invalid_request'])
  })

  test('names both types when it gets another', async () => {
    const { send } = await asking()
    const response = await send('<sub/>', 'application/xml')
    expect([response.statusCode, response.json().error_description]).toEqual([
      415,
      'The request body must have the content type application/x-www-form-urlencoded or application/json.',
    ])
  })
})

test('one client address does not keep others from asking', async () => {
  const ta = await startNamed({ questionRateLimit: 1000 })
  const ask = (remoteAddress: string, at: number) => {
    const url = `/enroll?${new URLSearchParams({ sub: `https://rp-${at}.example` })}`
    return ta.app.inject({ method: 'GET', url, remoteAddress })
  }
  const statuses = []
  for (let at = 0; at <= MAX_OF_CLIENT; at++) statuses.push((await ask(`2001:db8::${at}`, at)).statusCode)
  expect([statuses.at(-2), statuses.at(-1)]).toEqual([202, 503])
  expect((await ask('2001:db8:0:1::1', 1000)).statusCode).toBe(202)
})

test('a GET asks for the first time only where no client has to authenticate', async () => {
  const ta = await startNamed()
  await ta.get('/enroll', { sub })
  expect(await ta.parts.questions.due(10)).toMatchObject([{ wants: 'state or examination' }])
  await ta.publishConfiguration({
    metadata: {
      federation_entity: {
        federation_enroll_endpoint: `${entityId}/enroll`,
        federation_enroll_endpoint_auth_methods: ['private_key_jwt'],
      },
    },
  })
  const other = 'https://other.example'
  await untilTrue(
    'clients authenticate',
    async () => (await post(ta.app, '/enroll', { sub: 'https://third.example' })).statusCode === 401,
  )
  await ta.get('/enroll', { sub: other })
  const question = { endpoint: 'enroll', entityId: other, trustMarkType: null } as const
  const { waitFor } = ta.parts.questions
  expect(await waitFor({ ...question, wants: 'state' })).not.toBe(null)
  expect(await waitFor({ ...question, wants: 'state or examination' })).toBe(null)
})

test('an entity that is published needs no question', async () => {
  const ta = await startNamed()
  await ta.publishSubordinate({ id: sub })
  await ta.issueTrustMark({ type: trust_mark_type, subject: sub })
  await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
  expect((await post(ta.app, '/enroll', { sub })).json()).toMatchObject({ state: 'registered' })
  expect((await ta.get('/enroll', { sub })).json()).toMatchObject({ state: 'registered' })
  const parameters = { sub, trust_mark_type }
  expect((await post(ta.app, '/trust_mark_request', parameters)).json()).toMatchObject({ state: 'issued' })
  expect(await ta.parts.questions.due(10)).toEqual([])
})
