/** Issued marks that are invalid by now: of an ended delegation, a replaced owner or a compromised key (§7.3, §8.7.3). */
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { post } from '../client.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const type = 'https://owner.example/marks/certified'
const plain = 'https://ta.example/marks/plain'
const owner = 'https://owner.example'

let ownerKey: Jwk
let subject: string
let count = 0

const ta = trustAnchorInFile()
beforeAll(async () => {
  ownerKey = await generateSigningKey('ES256')
})

beforeEach(async () => {
  ta.clock.ahead = 0
  ta.retireKeys()
  await publishOwner(ownerKey)
  const rp = await offlineEntity(`https://rp${++count}.example`)
  await ta.publishSubordinate({ ...rp, exp: ta.now() + 7200 })
  subject = rp.id
})

const publishOwner = (key: Jwk | undefined, sub = owner) =>
  ta.publishConfiguration(
    {
      trust_mark_issuers: { [type]: [entityId], [plain]: [entityId] },
      ...(key ? { trust_mark_owners: { [type]: { sub, jwks: { keys: [toPublicJwk(key)] } } } } : {}),
    },
    7200,
  )

/** A mark that is valid for an hour, under a delegation for so many seconds. */
async function issue(seconds?: number, by = ownerKey): Promise<string> {
  const exp = seconds === undefined ? undefined : ta.now() + seconds
  const claims = buildDelegation({ owner, issuer: entityId, type, iat: ta.now(), exp })
  const delegation = await ta.sign(claims, TRUST_MARK_DELEGATION_TYP, by)
  return ta.issueTrustMark({ type, subject, exp: ta.now() + 3600, delegation })
}

/** What each endpoint says about the subject's mark. */
async function seen(mark: string, trust_mark_type = type) {
  const status = await post(ta.app, '/trust_mark_status', { trust_mark: mark })
  const served = await ta.get('/trust_mark', { sub: subject, trust_mark_type })
  const isIn = async (path: string) => (await ta.get(path, { trust_mark_type })).json().includes(subject)
  const extended = await ta.get('/extended_list', { trust_mark_type })
  return {
    status: decodeJwt(status.body).status,
    isServed: served.statusCode === 200 && served.body === mark,
    isListed: [
      await isIn('/trust_mark_list'),
      await isIn('/list'),
      extended.json().immediate_subordinate_entities.some(({ id }: { id: string }) => id === subject),
    ],
  }
}

const active = { status: 'active', isServed: true, isListed: [true, true, true] }
const invalid = { status: 'invalid', isServed: false, isListed: [false, false, false] }

test('a mark is invalid from the second in which its delegation ends', async () => {
  const mark = await issue(600)
  expect(await seen(mark)).toEqual(active)
  ta.clock.ahead = 601
  await ta.announce({ kind: 'all' })
  expect(await seen(mark)).toEqual(invalid)
})

test('a resolve response ends with the delegation of a mark, and then omits the mark', async () => {
  const mark = await issue(600)
  const ask = async () => decodeJwt((await ta.get('/resolve', { sub: subject, trust_anchor: entityId })).body)
  const { exp, trust_marks } = await ask()
  expect(trust_marks).toEqual([{ trust_mark_type: type, trust_mark: mark }])
  const { delegation } = decodeJwt<{ delegation: string }>(mark)
  expect(exp).toBe(decodeJwt(delegation).exp)
  ta.clock.ahead = 601
  expect((await ask()).trust_marks).toBeUndefined()
})

test('a cached mark ends with its delegation', async () => {
  await issue(5)
  const { headers } = await ta.get('/trust_mark', { sub: subject, trust_mark_type: type })
  const [, seconds] = /max-age=(\d+)/.exec(String(headers['cache-control'])) ?? []
  expect(Number(seconds)).toBeLessThanOrEqual(5)
})

test.each<[what: string, change: () => Promise<unknown>]>([
  ['whose owner has another key', async () => publishOwner(await generateSigningKey('ES256'))],
  [
    'whose owner has another key with the same kid',
    async () => publishOwner({ ...(await generateSigningKey('ES256')), kid: ownerKey.kid }),
  ],
  ['of a type with another owner', () => publishOwner(ownerKey, 'https://another.example')],
  ['of a type that has no owner any more', () => publishOwner(undefined)],
])('a mark %s is invalid, until the owner is back', async (_what, change) => {
  const mark = await issue()
  expect(await seen(mark)).toEqual(active)
  await change()
  expect(await seen(mark)).toEqual(invalid)
  await publishOwner(ownerKey)
  expect(await seen(mark)).toEqual(active)
})

test('a mark without the delegation that its type needs is invalid', async () => {
  const mark = await ta.issueTrustMark({ type, subject, exp: ta.now() + 3600 })
  expect(await seen(mark)).toEqual(invalid)
})

test('a type that is not in use has no owner, and its marks stay as they are', async () => {
  const mark = await issue(600)
  await ta.publishConfiguration()
  expect(await seen(mark)).toEqual(active)
  ta.clock.ahead = 601
  await ta.announce({ kind: 'all' })
  expect(await seen(mark)).toEqual(invalid)
})

test('a recorded mark with a broken header is not listed, and does not hide the others', async () => {
  const mark = await ta.issueTrustMark({ type: plain, subject, exp: ta.now() + 3600 })
  const [, ...parts] = mark.split('.')
  const other = 'https://broken.example'
  await ta.redis.client.hset(ta.names.trustMarks(other), plain, ['x', ...parts].join('.'))
  await ta.redis.client.sadd(ta.names.trustMarkHolders(plain), other)
  await ta.announce({ kind: 'all' })
  const listed = (await ta.get('/trust_mark_list', { trust_mark_type: plain })).json()
  expect([listed.includes(other), listed.includes(subject)]).toEqual([false, true])
  expect((await ta.get('/trust_mark', { sub: other, trust_mark_type: plain })).statusCode).toBe(404)
})

test('a recorded mark that is not a JWT hides neither the others of its subject nor other holders', async () => {
  const mark = await ta.issueTrustMark({ type: plain, subject, exp: ta.now() + 3600 })
  const broken = 'https://ta.example/marks/broken'
  await ta.redis.client.hset(ta.names.trustMarks(subject), broken, 'no.jwt.here')
  const other = 'https://unreadable.example'
  await ta.redis.client.hset(ta.names.trustMarks(other), plain, 'no.jwt.here')
  await ta.redis.client.sadd(ta.names.trustMarkHolders(plain), other)
  await ta.announce({ kind: 'all' })
  expect(await seen(mark, plain)).toEqual(active)
  for (const asked of [
    { sub: subject, trust_mark_type: broken },
    { sub: other, trust_mark_type: plain },
  ])
    expect((await ta.get('/trust_mark', asked)).statusCode).toBe(404)
  expect((await ta.get('/trust_mark_list', { trust_mark_type: plain })).json()).not.toContain(other)
  const { body } = await ta.get('/resolve', { sub: subject, trust_anchor: entityId })
  expect(decodeJwt(body).trust_marks).toEqual([{ trust_mark_type: plain, trust_mark: mark }])
})

test('a mark of a compromised key is not served, a mark of a retired key is', async () => {
  const key = await generateSigningKey('ES256')
  const mark = await ta.issueTrustMark({ type: plain, subject, key, exp: ta.now() + 3600 })
  expect(await seen(mark, plain)).toEqual(invalid)
  ta.retireKeys({ ...toPublicJwk(key), exp: ta.now() })
  await ta.announce({ kind: 'all' })
  expect(await seen(mark, plain)).toEqual(active)
  ta.retireKeys({
    ...toPublicJwk(key),
    exp: ta.now(),
    revoked: { revoked_at: ta.now(), reason: 'compromised' },
  })
  await ta.announce({ kind: 'all' })
  expect(await seen(mark, plain)).toEqual(invalid)
})

test('a mark that a key for answers signed is invalid, although the Entity Configuration lists the key', async () => {
  const answers = await generateSigningKey('ES256')
  ta.addAnswersKey(answers)
  const jwks = { keys: [...ta.jwks.keys, toPublicJwk(answers)] }
  await ta.publishConfiguration({ jwks, trust_mark_issuers: { [plain]: [entityId] } }, 7200)
  const exp = ta.now() + 3600
  const mark = await ta.issueTrustMark({ type: plain, subject, exp, key: answers })
  expect(await seen(mark, plain)).toEqual(invalid)
  expect(await seen(await ta.issueTrustMark({ type: plain, subject, exp }), plain)).toEqual(active)
})
