/** Processes share resolve responses through Redis: built once, renewed before expiry, never stale (§8.3). */
import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createLocalSigner } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { below } from '#test/helpers/federation.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { assertionType, post, signAssertion } from '../client.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { startSecondProcess } from './second-process.ts'

const type = 'https://ta.example/marks/member'

const ta = trustAnchorInFile()
const second = inFile(() => startSecondProcess(ta))
beforeAll(() => ta.publishConfiguration({ trust_mark_issuers: { [type]: [entityId] } }))

const federation = inEach(() => below(entityId).intermediate().leaf().start())
beforeEach(async () => {
  // A response lives for 240 seconds, and 239 must not become 240 meanwhile.
  Object.assign(ta.clock, { ahead: 0, stoppedAt: Math.floor(Date.now() / 1000) })
  await publishTop()
})

const publishTop = (statement = {}) =>
  ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys, statement })

const ask = (app = ta.app, sub = federation.leaf.id, more = '') =>
  app.inject({ url: `/resolve?sub=${sub}&trust_anchor=${entityId}${more}` })
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, patience)
const requests = () => federation.entities.flatMap((entity) => entity.requests)

/** The response of both processes, after the second has received the last change. */
async function bothSay(expected: unknown, part: (body: string) => unknown) {
  expect(part((await ask()).body)).toEqual(expected)
  await eventually(async () => expect(part((await ask(second.app)).body)).toEqual(expected))
}

test('a second process sends the response of the first, without fetching', async () => {
  const { body } = await ask()
  federation.leaf.requests.length = 0
  federation.top.requests.length = 0
  const answer = await ask(second.app)
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toBe(body)
  expect(requests()).toEqual([])
})

test('one of several processes builds the response to concurrent requests', async () => {
  const answers = await Promise.all([ask(), ask(second.app), ask(), ask(second.app)])
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect(federation.leaf.requests).toHaveLength(1)
})

test('a change of policy invalidates earlier responses', async () => {
  const clientUri = (body: string) =>
    decodeJwt<{ metadata: { openid_relying_party: Record<string, unknown> } }>(body).metadata
      .openid_relying_party.client_uri
  await bothSay(undefined, clientUri)
  const policy = { openid_relying_party: { client_uri: { default: 'https://rp.example/new' } } }
  await publishTop({ metadata_policy: policy })
  await bothSay('https://rp.example/new', clientUri)
})

test('a revoked Trust Mark disappears from responses', async () => {
  const subject = federation.leaf.id
  const jwt = await ta.issueTrustMark({ type, subject })
  const marks = (body: string) => decodeJwt(body).trust_marks
  await bothSay([{ trust_mark_type: type, trust_mark: jwt }], marks)
  await ta.revokeTrustMark(jwt, { type, subject })
  await bothSay(undefined, marks)
})

test('a new signing key signs every response again', async () => {
  const { signer, published } = ta.keyDirectory
  const kid = (body: string) => decodeProtectedHeader(body).kid
  const key = await generateSigningKey('ES256')
  // The key was announced before, so only the signer changes.
  ta.changeKeys({ published: { keys: [toPublicJwk(key), ...published.keys] } })
  await bothSay(signer.kid, kid)
  ta.changeKeys({ signer: await createLocalSigner(key) })
  await bothSay(key.kid, kid)
  ta.changeKeys({ signer })
  await bothSay(signer.kid, kid)
  ta.changeKeys({ published })
})

test('a response for an authenticated client is sent to no other client', async () => {
  const federation_entity = {
    federation_fetch_endpoint: `${entityId}/fetch`,
    federation_resolve_endpoint_auth_methods: ['none', 'private_key_jwt'],
  }
  await ta.publishConfiguration({ metadata: { federation_entity } })
  const client = await offlineEntity('https://client.example')
  await ta.publishSubordinate(client)
  const audience = async (app: typeof ta.app) => {
    const answer = await post(app, '/resolve', {
      sub: client.id,
      trust_anchor: entityId,
      client_assertion_type: assertionType,
      client_assertion: await signAssertion({ ...client, now: ta.now() }),
    })
    return answer.statusCode === 200 && decodeJwt(answer.body).aud
  }
  for (const app of [ta.app, second.app]) {
    await eventually(async () => expect(await audience(app)).toBe(client.id))
    expect(decodeJwt((await ask(app, client.id)).body).aud).toBeUndefined()
  }
})

test('a response is renewed before its expiry, and the earlier one stays in use until then', async () => {
  const first = (await ask()).body
  ta.clock.ahead = 239
  expect((await ask()).body).toBe(first)
  await eventually(async () => expect((await ask()).body).not.toBe(first))
  const renewed = (await ask()).body
  expect((await ask(second.app)).body).toBe(renewed)
})

test('an entity that turns out to be withdrawn at a renewal is refused', async () => {
  expect((await ask()).statusCode).toBe(200)
  federation.top.disown(federation.leaf.id)
  const held = await ta.redis.client.keys(ta.names.remoteStatement('*'))
  await ta.redis.client.del(held)
  ta.clock.ahead = 239
  await eventually(async () => expect((await ask()).statusCode).toBe(400))
  expect((await ask(second.app)).statusCode).toBe(400)
})

test('an unreachable issuer at a renewal neither delays nor invalidates the response', async () => {
  const first = (await ask()).body
  await ta.redis.client.del(await ta.redis.client.keys(ta.names.remoteStatement('*')))
  federation.leaf.misbehave('server error')
  federation.leaf.requests.length = 0
  ta.clock.ahead = 239
  expect((await ask()).body).toBe(first)
  await eventually(() => expect(federation.leaf.requests.length).toBeGreaterThan(0))
  expect((await ask()).body).toBe(first)
  ta.clock.ahead = 240
  expect((await ask()).statusCode).toBe(503)
})

const name = (sub: string) => {
  const request = JSON.stringify([sub, [entityId], [], null])
  return ta.names.resolveAnswer(createHash('sha256').update(request).digest('hex'))
}

test.each<[what: string, spoil: (held: Record<string, unknown>) => Promise<unknown>]>([
  ['is not JSON', async () => 'rubbish'],
  ['is of another shape', async () => []],
  ['lacks the time', async ({ made: _, ...held }) => held],
  ['lists no statements', async (held) => ({ ...held, published: [1] })],
  ['is not a JWT', async (held) => ({ ...held, jwt: 'not.a.jwt' })],
  ['was cut', async (held) => ({ ...held, jwt: String(held.jwt).slice(0, -8) })],
  [
    'has claims of another JWT',
    async (held) => ({ ...held, jwt: await ta.sign({}, 'resolve-response+jwt') }),
  ],
  [
    'is signed with a foreign key under our kid',
    async (held) => {
      const forged = { ...(await generateSigningKey('ES256')), kid: ta.key.kid }
      return { ...held, jwt: await ta.sign(decodeJwt(String(held.jwt)), 'resolve-response+jwt', forged) }
    },
  ],
  ['answers another request', async (held) => ({ ...held, request: '[]' })],
  [
    'is for another client',
    async (held) => {
      const claims = { ...decodeJwt(String(held.jwt)), aud: 'https://client.example' }
      return { ...held, jwt: await ta.sign(claims, 'resolve-response+jwt') }
    },
  ],
])('an entry that %s is ignored', async (_what, spoil) => {
  const { body } = await ask()
  const text = await ta.redis.client.get(name(federation.leaf.id))
  const spoilt = await spoil(JSON.parse(String(text)))
  await ta.redis.client.set(
    name(federation.leaf.id),
    typeof spoilt === 'string' ? spoilt : JSON.stringify(spoilt),
  )
  const answer = await ask(second.app)
  expect(answer.statusCode).toBe(200)
  expect(answer.body).not.toBe(body)
  expect(spoilt).not.toMatchObject({ jwt: answer.body })
})

test('ignores an entry that is not a string, and a response about another entity', async () => {
  await ta.redis.client.hset(name(federation.leaf.id), 'a', 'b')
  expect((await ask()).statusCode).toBe(200)
  await ask(ta.app, federation.top.id)
  const other = await ta.redis.client.get(name(federation.top.id))
  const request = JSON.stringify([federation.leaf.id, [entityId], [], null])
  await ta.redis.client.set(
    name(federation.leaf.id),
    JSON.stringify({ ...JSON.parse(String(other)), request }),
  )
  expect(decodeJwt((await ask(second.app)).body).sub).toBe(federation.leaf.id)
})

test('responses for types that the entity lacks are not stored', async () => {
  const { client } = ta.redis
  const before = await client.keys(ta.names.resolveAnswer('*'))
  expect((await ask(ta.app, federation.leaf.id, '&entity_type=no_such_type')).statusCode).toBe(200)
  expect((await client.keys(ta.names.resolveAnswer('*'))).length).toBe(before.length)
  expect((await ask(ta.app, federation.leaf.id, '&entity_type=openid_relying_party')).statusCode).toBe(200)
  expect((await client.keys(ta.names.resolveAnswer('*'))).length).toBe(before.length + 1)
})

test('the claim of a dead process expires', async () => {
  const claim = name(federation.leaf.id).replace('resolve', 'resolve_claim')
  await ta.redis.client.set(claim, '1', 'PX', 150)
  expect((await ask()).statusCode).toBe(200)
})

test('every process responds with a read-only Redis', async () => {
  await ta.redis.client.config('SET', 'min-replicas-to-write', '1')
  const answers = await Promise.all([ask(), ask(second.app)])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  await ta.redis.client.config('SET', 'min-replicas-to-write', '0')
})
