/** Statements of others are held in Redis while they hold, asked for again after a while, and never believed for longer. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { below, type Federation } from '#test/helpers/federation.ts'
import { entityId } from '../publisher.ts'
import { startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

let ta: TrustAnchor
let federation: Federation
let round = 0

beforeAll(async () => {
  ta = await startTrustAnchor()
  await ta.publishConfiguration({}, 100_000)
})
afterAll(() => ta.close())

beforeEach(async () => {
  ta.clock.ahead = 0
  federation = await below(entityId).intermediate().leaf().start()
  await change()
  expect((await resolve()).statusCode).toBe(200)
  for (const entity of federation.entities) entity.requests.length = 0
  return () => federation.close()
})

/** Publishes our statement anew, so that the answers in memory stand no longer. */
async function change() {
  const { id, keys } = federation.top
  const policy = { openid_relying_party: { client_uri: { default: `https://rp.example/${round++}` } } }
  await ta.publishSubordinate({ id, keys, exp: ta.now() + 100_000, statement: { metadata_policy: policy } })
}

const resolve = () => ta.get('/resolve', { sub: federation.leaf.id, trust_anchor: entityId })
const requests = () => federation.entities.flatMap((entity) => entity.requests)

test('asks nobody again for what another process fetched a moment ago', async () => {
  await change()
  const answer = await resolve()
  expect(answer.statusCode).toBe(200)
  expect(requests()).toEqual([])
  const { metadata } = decodeJwt<{ metadata: { openid_relying_party: object } }>(answer.body)
  expect(metadata.openid_relying_party).toMatchObject({ client_uri: `https://rp.example/${round - 1}` })
})

test('keeps nothing beyond its exp', async () => {
  const names = await ta.redis.client.keys(ta.names.remoteStatement('*'))
  expect(names.length).toBeGreaterThanOrEqual(3)
  for (const name of names) {
    const { jwt } = JSON.parse(String(await ta.redis.client.get(name)))
    const remaining = Number(decodeJwt(jwt).exp) - Date.now() / 1000
    expect(await ta.redis.client.ttl(name)).toBeLessThanOrEqual(remaining + 1)
  }
})

test('asks again after some minutes, long before they expire', async () => {
  ta.clock.ahead = 301
  await change()
  expect((await resolve()).statusCode).toBe(200)
  expect(requests()).toHaveLength(3)
})

test('goes on with what still holds while its issuer is away', async () => {
  ta.clock.ahead = 301
  await change()
  federation.leaf.misbehave('server error')
  expect((await resolve()).statusCode).toBe(200)
  ta.clock.ahead = 4000 // nothing that was fetched holds any longer
  await change()
  expect((await resolve()).statusCode).not.toBe(200)
})

test('forgets what its issuer says is gone', async () => {
  // With a subordinate left, the issuer can still be asked, and says so.
  federation.top.adopt({ ...federation.leaf, id: 'https://sibling.example' })
  ta.clock.ahead = 301
  await change()
  federation.top.disown(federation.leaf.id)
  expect((await resolve()).json()).toMatchObject({ error: 'invalid_trust_chain' })
  expect(requests()).toContain(`/fetch?${new URLSearchParams({ sub: federation.leaf.id })}`)
})

test('asks anew when no chain holds with what is held, as after a change of keys', async () => {
  const others = await below(entityId).intermediate().start()
  // The superior moved: the leaf names it now, which the configuration held does not.
  federation.leaf.options.authorityHints = [others.top.id]
  others.top.adopt(federation.leaf)
  await ta.publishSubordinate({ id: others.top.id, keys: others.top.keys })
  await ta.removeSubordinate(federation.top.id)
  const answer = await resolve()
  expect(answer.statusCode).toBe(200)
  await others.close()
})

test('holds nothing that was not part of a chain that holds', async () => {
  await ta.forget()
  federation.leaf.options.statement = { exp: 1 }
  await change()
  expect((await resolve()).statusCode).toBe(400)
  expect(await ta.redis.client.keys(ta.names.remoteStatement('*'))).toEqual([])
  federation.leaf.options.statement = {}
  await change()
  expect((await resolve()).statusCode).toBe(200)
})
