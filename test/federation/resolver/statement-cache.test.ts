/** Statements of other entities are cached in Redis, fetched again periodically, and never used after their expiry. */
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { below } from '#test/helpers/federation.ts'
import { inEach } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

let round = 0

const ta = trustAnchorInFile()
beforeAll(() => ta.publishConfiguration({}, 100_000))

const federation = inEach(() => below(entityId).intermediate().leaf().start())
beforeEach(async () => {
  ta.clock.ahead = 0
  await change()
  expect((await resolve()).statusCode).toBe(200)
  for (const entity of federation.entities) entity.requests.length = 0
})

/** Republishes our statement, which invalidates the responses in memory. */
async function change() {
  const { id, keys } = federation.top
  const policy = { openid_relying_party: { client_uri: { default: `https://rp.example/${round++}` } } }
  await ta.publishSubordinate({ id, keys, exp: ta.now() + 100_000, statement: { metadata_policy: policy } })
}

const resolve = () => ta.get('/resolve', { sub: federation.leaf.id, trust_anchor: entityId })
const requests = () => federation.entities.flatMap((entity) => entity.requests)

test('does not fetch a statement again that another process just fetched', async () => {
  await change()
  const answer = await resolve()
  expect(answer.statusCode).toBe(200)
  expect(requests()).toEqual([])
  const { metadata } = decodeJwt<{ metadata: { openid_relying_party: object } }>(answer.body)
  expect(metadata.openid_relying_party).toMatchObject({ client_uri: `https://rp.example/${round - 1}` })
})

test('keeps no statement after its exp', async () => {
  const names = await ta.redis.client.keys(ta.names.remoteStatement('*'))
  expect(names.length).toBeGreaterThanOrEqual(3)
  for (const name of names) {
    const { jwt, fetched } = JSON.parse(String(await ta.redis.client.get(name)))
    expect(await ta.redis.client.ttl(name)).toBeLessThanOrEqual(Number(decodeJwt(jwt).exp) - fetched)
  }
})

test('fetches again after some minutes, long before the expiry', async () => {
  ta.clock.ahead = 301
  await change()
  expect((await resolve()).statusCode).toBe(200)
  expect(requests()).toHaveLength(3)
})

test('uses a valid cached statement while its issuer is unreachable', async () => {
  ta.clock.ahead = 301
  await change()
  federation.leaf.misbehave('server error')
  expect((await resolve()).statusCode).toBe(200)
  ta.clock.ahead = 4000 // all fetched statements have expired
  await change()
  expect((await resolve()).statusCode).not.toBe(200)
})

test('drops a statement that its issuer has withdrawn', async () => {
  // With another subordinate, the issuer still responds.
  federation.top.adopt({ ...federation.leaf, id: 'https://sibling.example' })
  ta.clock.ahead = 301
  await change()
  federation.top.disown(federation.leaf.id)
  expect((await resolve()).json()).toMatchObject({ error: 'invalid_trust_chain' })
  expect(requests()).toContain(`/fetch?${new URLSearchParams({ sub: federation.leaf.id })}`)
})

test('fetches again if the cached statements form no valid chain, as after a change of keys', async () => {
  const others = await below(entityId).intermediate().start()
  // The superior moved: the leaf now hints at it, but the cached configuration does not.
  federation.leaf.options.authorityHints = [others.top.id]
  others.top.adopt(federation.leaf)
  await ta.publishSubordinate({ id: others.top.id, keys: others.top.keys })
  await ta.removeSubordinate(federation.top.id)
  const answer = await resolve()
  expect(answer.statusCode).toBe(200)
  await others.close()
})

test('caches only statements of a valid chain', async () => {
  await ta.forget()
  federation.leaf.options.statement = { exp: 1 }
  await change()
  expect((await resolve()).statusCode).toBe(400)
  expect(await ta.redis.client.keys(ta.names.remoteStatement('*'))).toEqual([])
  federation.leaf.options.statement = {}
  await change()
  expect((await resolve()).statusCode).toBe(200)
})
