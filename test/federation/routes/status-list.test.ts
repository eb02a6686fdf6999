/** Tests the Status List Tokens of a federation server (draft-ietf-oauth-status-list): content, life and faults. */
import { gunzipSync } from 'node:zlib'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const type = 'https://ta.example/marks/member'
const other = 'https://ta.example/marks/other'

const ta = trustAnchorInFile()
beforeEach(async () => {
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: [entityId], [other]: [entityId] } })
})

async function tokenOf(number: number | string): Promise<string> {
  const answer = await ta.get(`/status_list/${number}`)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/statuslist+jwt'])
  await verified(answer.body, { keys: ta.jwks, typ: 'statuslist+jwt' })
  return answer.body
}

/** The indexes that are not valid. */
async function revokedIn(number: number): Promise<number[]> {
  const { statusList } = getListFromStatusListJWT(await tokenOf(number))
  expect(statusList).toHaveLength(STATUS_LIST_SIZE)
  return statusList.flatMap((status, index) => (status === 0 ? [] : [index]))
}

describe('the token of a list', () => {
  test.each([[[]], [[0]], [[7, 8, 9]], [[STATUS_LIST_SIZE - 1]], [[3, 64, 4_097, 99_999]]])(
    'has the bits %j',
    async (revoked) => {
      await ta.publishStatusList({ number: 1, type, revoked })
      expect(await revokedIn(1)).toEqual(revoked)
    },
  )

  test('names the list, ends with the Entity Configuration, and says for how long a copy counts', async () => {
    await ta.publishStatusList({ number: 2, type })
    const { exp } = decodeJwt((await ta.get('/.well-known/openid-federation')).body)
    expect(decodeJwt(await tokenOf(2))).toMatchObject({
      iss: entityId,
      sub: `${entityId}/status_list/2`,
      exp,
      ttl: 60,
      status_list: { bits: 1 },
    })
  })

  test('is the same until the list or the Entity Configuration changes', async () => {
    await ta.publishStatusList({ number: 3, type })
    const first = await ta.get('/status_list/3')
    await ta.announce({ kind: 'trust-mark', id: 'https://rp.example' })
    expect(await tokenOf(3)).toBe(first.body)
    expect(
      (await ta.app.inject({ url: '/status_list/3', headers: { 'if-none-match': first.headers.etag } }))
        .statusCode,
    ).toBe(304)
    await ta.publishStatusList({ number: 3, type, revoked: [5] })
    const changed = await tokenOf(3)
    expect(changed).not.toBe(first.body)
    await ta.publishConfiguration({}, 7200)
    expect(decodeJwt(await tokenOf(3)).exp).toBeGreaterThan(decodeJwt(changed).exp ?? 0)
  })
})

describe('revokes every mark of a list', () => {
  const all = STATUS_LIST_SIZE

  test('whose type is not in use', async () => {
    await ta.publishStatusList({ number: 5, type, revoked: [1] })
    await ta.publishStatusList({ number: 6, type: other, revoked: [2] })
    await ta.redis.client.sadd(ta.names.unusedTrustMarkTypes, type)
    await ta.announce({ kind: 'entity-configuration' })
    expect(await revokedIn(5)).toHaveLength(all)
    expect(await revokedIn(6)).toEqual([2])
    await ta.redis.client.srem(ta.names.unusedTrustMarkTypes, type)
    await ta.announce({ kind: 'entity-configuration' })
    expect(await revokedIn(5)).toEqual([1])
  })

  test('whose key is compromised, and not those of a retired key', async () => {
    const [compromised, retired] = await Promise.all([
      generateSigningKey('ES256'),
      generateSigningKey('ES256'),
    ])
    await ta.publishStatusList({ number: 7, type, kid: compromised.kid })
    await ta.publishStatusList({ number: 8, type, kid: retired.kid })
    const [iat, exp] = [ta.now() - 100, ta.now() - 1]
    ta.retireKeys(
      { ...toPublicJwk(compromised), iat, exp, revoked: { revoked_at: exp, reason: 'compromised' } },
      { ...toPublicJwk(retired), iat, exp },
    )
    expect(await revokedIn(7)).toHaveLength(all)
    expect(await revokedIn(8)).toEqual([])
  })
})

describe('answers an error', () => {
  const refusal = async (number: number) => {
    const answer = await ta.get(`/status_list/${number}`)
    return [answer.statusCode, answer.json().error]
  }
  const unavailable = [503, 'temporarily_unavailable']

  test('when Redis lost the bits of a list, or a part of them', async () => {
    await ta.publishStatusList({ number: 9, type, revoked: [1] })
    const bits = ta.names.statusListBits('9')
    await ta.redis.client.set(bits, Buffer.alloc(100))
    await ta.announce({ kind: 'all' })
    expect(await refusal(9)).toEqual([500, 'server_error'])
    await ta.redis.client.del(bits)
    await ta.announce({ kind: 'all' })
    expect(await refusal(9)).toEqual([500, 'server_error'])
  })

  test('without a valid Entity Configuration', async () => {
    await ta.publishStatusList({ number: 10, type })
    await tokenOf(10)
    ta.clock.ahead = 3600
    try {
      expect(await refusal(10)).toEqual(unavailable)
    } finally {
      ta.clock.ahead = 0
    }
    await ta.redis.client.del(ta.names.entityConfiguration)
    await ta.announce({ kind: 'entity-configuration' })
    await untilTrue(
      'it has gone',
      async () => (await ta.get('/.well-known/openid-federation')).statusCode === 503,
    )
    expect(await refusal(10)).toEqual(unavailable)
    expect(await refusal(11)).toEqual(unavailable)
  })
})

test('refuses the parameter time, because it keeps no earlier list', async () => {
  await ta.publishStatusList({ number: 13, type })
  const answer = await ta.get('/status_list/13', { time: '1700000000' })
  expect([answer.statusCode, answer.json().error]).toEqual([501, 'unsupported_parameter'])
})

test.each([
  ['application/statuslist+cwt', 406],
  ['Application/statuslist+CWT;q=0.5, application/json', 406],
  ['application/statuslist+cwt, application/statuslist+jwt;q=0.5', 200],
  ['application/statuslist+cwt, */*;q=0.1', 200],
  ['application/json', 200],
])('answers a client that accepts %s with %s', async (accept, status) => {
  await ta.publishStatusList({ number: 14, type })
  expect((await ta.app.inject({ url: '/status_list/14', headers: { accept } })).statusCode).toBe(status)
})

test('is compressed where that is shorter, for clients that accept it', async () => {
  await ta.publishStatusList({ number: 15, type, revoked: [1, 70_000] })
  const plain = await ta.get('/status_list/15')
  const headers = { 'accept-encoding': 'gzip' }
  const packed = await ta.app.inject({ url: '/status_list/15', headers })
  expect(packed.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': 'application/statuslist+jwt',
    vary: 'accept-encoding',
    etag: `W/${plain.headers.etag}`,
  })
  expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'accept-encoding'])
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
  expect(packed.rawPayload.length).toBeLessThan(plain.body.length)
  const again = { ...headers, 'if-none-match': packed.headers.etag }
  expect((await ta.app.inject({ url: '/status_list/15', headers: again })).statusCode).toBe(304)
})

test.each(['/status_list/12', '/status_list', '/status_list/', '/status_list/1/2', '/status_list/..%2f1'])(
  'answers 404 for %s, which is no list',
  async (path) => {
    const answer = await ta.get(path)
    expect([answer.statusCode, answer.json().error]).toEqual([404, 'not_found'])
  },
)
