/** Tests the endpoint at which a subordinate pushes new keys: what it accepts, and what it hands to the admin side. */
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { redisKeys } from '#store/keys.ts'
import { MAX_QUESTIONS } from '#store/questions.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { KEY_SET_TYPE, signKeySet } from '#test/helpers/key-set.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

const path = '/jwks_update'
const sub = 'https://rp.example'
const endpoint = {
  federation_fetch_endpoint: `${entityId}/fetch`,
  federation_jwks_update_endpoint: `${entityId}${path}`,
}

let next: Jwk
beforeAll(async () => {
  next = await generateSigningKey('ML-DSA-65')
})

async function start(options: Parameters<typeof startTrustAnchor>[0] = {}, metadata: object = endpoint) {
  const ta = await inTest(startTrustAnchor(options))
  await ta.publishConfiguration({ metadata: { federation_entity: metadata } })
  const member = await offlineEntity(sub)
  await ta.publishSubordinate(member)
  await untilTrue('the member is known', async () => (await ta.get('/fetch', { sub })).statusCode === 200)
  const sign = (changes: Partial<Parameters<typeof signKeySet>[0]> = {}) =>
    signKeySet({ id: sub, key: member.key, keys: [member.key, next], ...changes })
  return { ...ta, member, sign }
}

function push({ app }: Pick<TrustAnchor, 'app'>, payload: string | Buffer, headers: object = {}) {
  return app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': KEY_SET_TYPE, ...headers },
    payload,
  })
}

test('is unknown until the Entity Configuration names it', async () => {
  const ta = await start({}, {})
  for (const response of [await ta.get(path, { sub }), await push(ta, await ta.sign())])
    expect([response.statusCode, response.json().error]).toEqual([404, 'not_found'])
})

test('hands over a set of keys, and says where the answer will be', async () => {
  const ta = await start()
  expect((await ta.get(path, { sub })).statusCode).toBe(404)
  const jwt = await ta.sign({ claims: { aud: entityId, exp: ta.now() + 60 } })
  const status = `${entityId}${path}?${new URLSearchParams({ sub })}`
  for (let time = 0; time < 2; time++) {
    const response = await push(ta, jwt)
    expect([response.statusCode, response.json()]).toEqual([
      202,
      expect.objectContaining({ sub, state: 'pending', status }),
    ])
    expect(response.headers).toMatchObject({ location: status, 'retry-after': '2' })
  }
  const question = { endpoint: 'jwks_update', wants: 'examination', entityId: sub, trustMarkType: null }
  expect(await ta.parts.questions.due(10)).toEqual([question])
  expect(await ta.parts.pushedKeys.latest(sub)).toBe(jwt)
  expect((await ta.get(path, { sub })).statusCode).toBe(202)
})

test('keeps the later of two sets, and none for longer than ten minutes', async () => {
  const ta = await start()
  const later = await ta.sign()
  const earlier = await ta.sign({ claims: { iat: ta.now() - 100 } })
  await Promise.all([push(ta, later), push(ta, earlier)])
  expect(await ta.parts.pushedKeys.latest(sub)).toBe(later)
  const [name = ''] = await ta.redis.client.keys(redisKeys().pushedKeys('*'))
  expect(await ta.redis.client.zcard(name)).toBe(1)
  const seconds = await ta.redis.client.ttl(name)
  expect(seconds).toBeGreaterThan(590)
  expect(seconds).toBeLessThanOrEqual(600)
})

test('takes a JWK Set in the claim keys without a time, which never comes before one with a time', async () => {
  const ta = await start()
  const keys = { keys: [ta.member.key, next].map(toPublicJwk) }
  const [first, second] = [
    await ta.sign({ claims: { iat: undefined, keys } }),
    await ta.sign({ claims: { iat: undefined } }),
  ]
  const waiting = async (jwt: string) => {
    expect((await push(ta, jwt)).statusCode).toBe(202)
    return ta.parts.pushedKeys.latest(sub)
  }
  expect(await waiting(first)).toBe(first)
  ta.clock.ahead += 1
  expect(await waiting(second)).toBe(second)
  ta.clock.ahead += 1
  expect(await waiting(first)).toBe(first)
  const timed = await ta.sign()
  expect(await waiting(timed)).toBe(timed)
  expect(await waiting(second)).toBe(timed)
})

describe('refuses', () => {
  type Changes = (ta: {
    member: { key: Jwk }
    now: () => number
  }) => Partial<Parameters<typeof signKeySet>[0]>
  test.each<[string, Changes, number, RegExp]>([
    ['an entity that is no subordinate', () => ({ id: 'https://else.example' }), 404, /is not a subordinate/],
    ['a signature by the new key alone', () => ({ key: next }), 400, /not one of its issuer's keys/],
    [
      'a new key under the name of a registered one',
      ({ member }) => ({ key: { ...next, kid: member.key.kid } }),
      400,
      /does not fit its key/,
    ],
    ['another type of JWT', () => ({ header: { typ: 'entity-statement+jwt' } }), 400, /typ/],
    ['another subject', () => ({ claims: { sub: 'https://else.example' } }), 400, /sub/],
    ['an issuer that is no Entity Identifier', () => ({ id: 'rp' }), 400, /iss/],
    ['another audience', () => ({ claims: { aud: 'https://else.example' } }), 400, /aud/],
    ['two audiences', () => ({ claims: { aud: [entityId, 'https://else.example'] } }), 400, /aud/],
    ['a time that is no number', () => ({ claims: { iat: 'now' } }), 400, /iat/],
    ['a JWK Set without keys', () => ({ claims: { keys: {} } }), 400, /keys/],
    ['an old one', ({ now }) => ({ claims: { iat: now() - 400 } }), 400, /more than 5 minutes ago/],
    ['one of the future', ({ now }) => ({ claims: { iat: now() + 300 } }), 400, /in the future/],
    ['an expired one', ({ now }) => ({ claims: { exp: now() - 100 } }), 400, /expired/],
    ['critical claims', () => ({ claims: { crit: ['x'] } }), 400, /crit/],
    ['no keys', () => ({ claims: { keys: undefined } }), 400, /keys/],
    ['an empty set', () => ({ keys: [] }), 400, /must contain a key/],
    ['a private key', () => ({ claims: { keys: [next] } }), 400, /private member "priv"/],
    ['a kid twice', () => ({ keys: [next, next] }), 400, /two keys with the kid/],
    [
      'a key that cannot verify statements',
      ({ member }) => ({ claims: { keys: [toPublicJwk(member.key), { kid: 'x', kty: 'XYZ' }] } }),
      400,
      /keys\[1\] cannot verify statements/,
    ],
    [
      'a key for encryption',
      () => ({ claims: { keys: [{ ...toPublicJwk(next), use: 'enc' }] } }),
      400,
      /"enc"/,
    ],
    [
      'a key that has expired',
      ({ now }) => ({ claims: { keys: [{ ...toPublicJwk(next), exp: now() - 1 }] } }),
      400,
      /has expired/,
    ],
    [
      'too many keys',
      ({ member }) => ({
        claims: {
          keys: Array.from({ length: 101 }, (_, at) => ({ ...toPublicJwk(member.key), kid: `${at}` })),
        },
      }),
      400,
      /At most 100/,
    ],
  ])('%s', async (_what, changes, status, message) => {
    const ta = await start()
    const response = await push(ta, await ta.sign(changes(ta)))
    expect([response.statusCode, response.json().error_description]).toEqual([
      status,
      expect.stringMatching(message),
    ])
    expect(await ta.parts.questions.due(10)).toEqual([])
    expect(await ta.redis.client.keys(redisKeys().pushedKeys('*'))).toEqual([])
  })

  test('a signature by a key that has expired since it was registered', async () => {
    const ta = await start()
    const old = await generateSigningKey('ES256')
    const expired = { ...toPublicJwk(old), exp: ta.now() - 1 }
    await ta.publishSubordinate({ ...ta.member, keys: { keys: [...ta.member.keys.keys, expired] } })
    await untilTrue('the key is published', async () =>
      Buffer.from((await ta.get('/fetch', { sub })).body.split('.')[1] ?? '', 'base64url')
        .toString()
        .includes(old.kid),
    )
    const response = await push(ta, await ta.sign({ key: old }))
    expect([response.statusCode, response.json().error_description]).toEqual([
      400,
      expect.stringContaining('which expired at'),
    ])
  })

  test.each<[string, string | Buffer, object, number, RegExp]>([
    [
      'a form',
      'sub=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      /application\/jwk-set\+jwt/,
    ],
    ['a JWK Set without a signature', '{"keys":[]}', { 'content-type': 'application/json' }, 415, /jwk-set/],
    ['nothing', '', {}, 400, /./],
    ['a word', 'hello', {}, 400, /compact form/],
    ['a compressed body', gzipSync('a.b.c'), { 'content-encoding': 'gzip' }, 415, /compressed/],
    ['more than 64 KiB', `a.${'b'.repeat(70_000)}.c`, {}, 413, /./],
  ])('%s', async (_what, body, headers, status, message) => {
    const ta = await start()
    const response = await push(ta, body, headers)
    expect([response.statusCode, response.json().error_description]).toEqual([
      status,
      expect.stringMatching(message),
    ])
  })
})

test('takes a set of five ML-DSA-87 keys', async () => {
  const ta = await start()
  const keys = await Promise.all(Array.from({ length: 5 }, () => generateSigningKey('ML-DSA-87')))
  expect((await push(ta, await ta.sign({ keys }))).statusCode).toBe(202)
})

test('keeps nothing of a set while too many questions wait', async () => {
  const ta = await start()
  const later = Date.now() + 3_600_000
  const entries = Array.from({ length: MAX_QUESTIONS }, (_, at) => [later, `["enroll","state","${at}",null]`])
  await ta.redis.client.zadd(redisKeys().questions, ...entries.flat())
  expect((await push(ta, await ta.sign())).statusCode).toBe(503)
  expect(await ta.parts.pushedKeys.latest(sub)).toBe(null)
})

test('limits how often one client address may push', async () => {
  const ta = await start({ questionRateLimit: 2 })
  const jwt = await ta.sign()
  const statuses = []
  for (let time = 0; time < 3; time++) statuses.push((await push(ta, jwt)).statusCode)
  expect(statuses).toEqual([202, 202, 429])
})

test('answers 503 while Redis is down', async () => {
  const ta = await start()
  await ta.redis.stop()
  for (const response of [await push(ta, await ta.sign()), await ta.get(path, { sub })])
    expect([response.statusCode, response.json().error]).toEqual([503, 'temporarily_unavailable'])
})
