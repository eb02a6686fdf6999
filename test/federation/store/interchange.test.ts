/** A Redis of a foreign writer, with only the keys of the Python inmor and no announcements. */
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, startTrustAnchor, trustAnchorInFile } from '../trust-anchor.ts'

const rp = 'https://rp.example'
const op = 'https://op.example'
const ia = 'https://ia.example'
const bare = 'https://bare.example'
const type = 'https://ta.example/marks/member'

let active: string
let revoked: string

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: [entityId] } })
  const { client } = ta.redis
  const write = async (id: string, metadata: Parameters<typeof offlineEntity>[1]) =>
    ta.publishSubordinate({ ...(await offlineEntity(id, metadata)), foreign: true })
  await write(rp, { metadata: relyingParty })
  await write(op, { metadata: { openid_provider: { issuer: op } } })
  await write(ia, { metadata: { federation_entity: { federation_fetch_endpoint: `${ia}/fetch` } } })
  await ta.publishSubordinate({ id: bare, foreign: true })
  await client.sadd('inmor:rp', rp, bare)
  await client.sadd('inmor:op', op)
  await client.sadd('inmor:taia', ia)
  const issue = async (subject: string, iat: number) => {
    const claims = buildTrustMark({ issuer: entityId, subject, type, iat, exp: ta.now() + 3600 })
    const jwt = await ta.sign(claims, TRUST_MARK_TYP)
    await client.hset(`inmor:tm:${subject}`, type, jwt)
    await client.sadd(`inmor:tmtype:${type}`, subject)
    await client.sadd('inmor:tmtypes', type)
    await client.sadd('inmor:tm:alltime', createHash('sha256').update(jwt).digest('hex'))
    return jwt
  }
  active = await issue(rp, ta.now())
  revoked = await issue(op, ta.now())
  await client.hset(`inmor:tm:${op}`, type, 'revoked')
  await client.srem(`inmor:tmtype:${type}`, op)
  await ta.announce({ kind: 'all' })
})

const json = async (url: string) => (await ta.app.inject({ url })).json()

test('has only keys of the other writer', async () => {
  const known =
    /^inmor:(entity_id|subordinates|subordinates:jwt|rp|op|taia|tm:https.*|tm:alltime|tmtype:.*|tmtypes)$/
  for (const key of await ta.redis.client.keys('*')) expect(key).toMatch(known)
})

test('serves every statement', async () => {
  expect((await ta.get('/.well-known/openid-federation')).statusCode).toBe(200)
  expect((await ta.get('/fetch', { sub: rp })).statusCode).toBe(200)
})

test.each([
  ['', [bare, ia, op, rp]],
  ['?entity_type=openid_relying_party', [bare, rp]],
  ['?entity_type=openid_provider', [op]],
  ['?intermediate=true', [ia]],
  ['?trust_marked=true', [rp]],
])('lists by the stored statements and sets: %s', async (query, expected) => {
  expect(await json(`/list${query}`)).toEqual(expected)
})

test('serves marks, and understands the word revoked', async () => {
  expect((await ta.get('/trust_mark', { sub: rp, trust_mark_type: type })).body).toBe(active)
  expect((await ta.get('/trust_mark', { sub: op, trust_mark_type: type })).statusCode).toBe(404)
  expect(await json(`/trust_mark_list?trust_mark_type=${encodeURIComponent(type)}`)).toEqual([rp])
  expect(await status(active)).toBe('active')
  expect(await status(revoked)).toBe('revoked')
})

test('resolves under the Trust Anchor, marks included', async () => {
  const answer = await ta.get('/resolve', { sub: rp, trust_anchor: entityId })
  expect(decodeJwt(answer.body)).toMatchObject({
    metadata: relyingParty,
    trust_marks: [{ trust_mark: active }],
  })
})

test('the keys of another deployment have its prefix', async () => {
  const other = await startTrustAnchor({ prefix: '{inmor}' })
  const id = 'https://prefixed.example'
  await other.publishConfiguration()
  await other.publishSubordinate({ id })
  expect((await other.get('/list')).json()).toEqual([id])
  for (const key of await other.redis.client.keys('*')) expect(key).toMatch(/^\{inmor\}inmor:/)
  await other.close()
})

test('a mark that the other writer never issued is unknown', async () => {
  const key = await generateSigningKey('ES256')
  const claims = buildTrustMark({ issuer: entityId, subject: rp, type, iat: ta.now() })
  const answer = await ask(await ta.sign(claims, TRUST_MARK_TYP, key))
  expect(answer.statusCode).toBe(404)
})

const ask = (mark: string) =>
  ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `trust_mark=${mark}`,
  })
const status = async (mark: string) => decodeJwt((await ask(mark)).body).status
