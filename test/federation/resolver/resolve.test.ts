/** `/resolve` from published data, without fetching (§8.3). */
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { relyingParty, relyingPartyNamed } from '#test/helpers/entity.ts'
import { anchor } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { offlineEntity } from '../offline-entity.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const ta = configuredInFile()

const resolve = (sub: string, parameters: Record<string, string> = {}) =>
  ta.get('/resolve', { sub, trust_anchor: entityId, ...parameters })

test('answers with metadata, chain and the earliest exp (§8.3.2)', {
  tags: ['8.3.2/typ', '8.3.2/claims', '8.3.2/exp'],
}, async () => {
  const rp = await offlineEntity('https://rp.example')
  await ta.publishSubordinate({
    ...rp,
    statement: { metadata_policy: { openid_relying_party: { client_name: { value: 'Changed by policy' } } } },
  })
  const answer = await resolve(rp.id)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/resolve-response+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'resolve-response+jwt' })
  expect(payload).toMatchObject({
    iss: entityId,
    sub: rp.id,
    metadata: relyingPartyNamed('Changed by policy'),
  })
  const chain = (payload.trust_chain as string[]).map((jwt) => decodeJwt(jwt))
  expect(chain.map(({ iss, sub }) => [iss, sub])).toEqual([
    [rp.id, rp.id],
    [entityId, rp.id],
    [entityId, entityId],
  ])
  expect(payload.exp).toBe(Math.min(...chain.map(({ exp }) => Number(exp))))
  expect(payload.trust_marks).toBeUndefined()
})

test('sends no response that expires in its first second, when other entities use fractions', async () => {
  const rp = await offlineEntity('https://fraction.example')
  await ta.publishSubordinate({ ...rp, statement: { exp: ta.now() + 0.9 } })
  expect([400, 503]).toContain((await resolve(rp.id)).statusCode)
})

test('resolves the Trust Anchor itself, with a chain of one statement', async () => {
  const { payload } = await verified((await resolve(entityId)).body, {
    keys: ta.jwks,
    typ: 'resolve-response+jwt',
  })
  expect(payload).toMatchObject({ sub: entityId, metadata: { federation_entity: {} } })
  expect(payload.trust_chain).toHaveLength(1)
})

test('uses our own keys, even if other keys are pinned for our identifier', async () => {
  const outsider = await offlineEntity('https://outsider.example')
  await ta.redis.client.hset(ta.names.trustAnchors, entityId, JSON.stringify(outsider.keys))
  await ta.announce({ kind: 'trust-anchors' })
  expect((await resolve(entityId)).statusCode).toBe(200)
  await ta.redis.client.hdel(ta.names.trustAnchors, entityId)
  await ta.announce({ kind: 'trust-anchors' })
})

test('restricts the metadata to the requested types, all of which may be absent (§8.3.1)', {
  tags: '8.3.1/entity-type',
}, async () => {
  const both = await offlineEntity('https://both.example', {
    metadata: { ...relyingParty, oauth_client: { client_name: 'c' }, federation_entity: {} },
  })
  await ta.publishSubordinate(both)
  const types = async (query: string) => {
    const url = `/resolve?sub=${encodeURIComponent(both.id)}&trust_anchor=${encodeURIComponent(entityId)}${query}`
    const { metadata } = decodeJwt<{ metadata: object }>((await ta.app.inject({ url })).body)
    return Object.keys(metadata).sort()
  }
  expect(await types('')).toEqual(['federation_entity', 'oauth_client', 'openid_relying_party'])
  expect(await types('&entity_type=oauth_client')).toEqual(['oauth_client'])
  expect(await types('&entity_type=oauth_client&entity_type=federation_entity')).toEqual([
    'federation_entity',
    'oauth_client',
  ])
  expect(await types('&entity_type=openid_provider')).toEqual([])
})

test('removes the types that the constraints do not allow (§6.2.3)', { tags: '6.2.3/removed' }, async () => {
  const id = 'https://constrained.example'
  const entity = await offlineEntity(id, { metadata: { ...relyingParty, openid_provider: { issuer: id } } })
  await ta.publishSubordinate({
    ...entity,
    statement: { constraints: { allowed_entity_types: ['openid_relying_party'] } },
  })
  const { metadata } = decodeJwt<{ metadata: object }>((await resolve(id)).body)
  expect(Object.keys(metadata)).toEqual(['openid_relying_party'])
})

describe('refuses', () => {
  test.each([
    ['no subject', { trust_anchor: entityId }],
    ['no Trust Anchor', { sub: 'https://rp.example' }],
    ['a Trust Anchor that is not an identifier', { sub: 'https://rp.example', trust_anchor: 'hello' }],
  ])('%s', { tags: '8.3.1/request' }, async (_what, parameters: Record<string, string>) => {
    const answer = await ta.get('/resolve', parameters)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('a Trust Anchor that is not pinned', { tags: '8.3.1/request' }, async () => {
    const answer = await ta.get('/resolve', {
      sub: 'https://rp.example',
      trust_anchor: 'https://other.example',
    })
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ error: 'invalid_trust_anchor' })
  })

  test('metadata that the policy does not allow', { tags: '6.1.1/error' }, async () => {
    const rp = await offlineEntity('https://policy.example')
    await ta.publishSubordinate({
      ...rp,
      statement: { metadata_policy: { openid_relying_party: { client_name: { one_of: ['Other'] } } } },
    })
    const answer = await resolve(rp.id)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_metadata' })
  })

  test('an entity that does not name us as its superior (§3.2)', async () => {
    const rp = await offlineEntity('https://aloof.example', { authorityHints: ['http://127.0.0.1:1'] })
    await ta.publishSubordinate(rp)
    const answer = await resolve(rp.id)
    expect(answer.statusCode).not.toBe(200)
  })

  test('an entity whose configuration is not signed with the keys we state for it (§10.2)', {
    tags: '10.2/signatures',
  }, async () => {
    const rp = await offlineEntity('https://forged.example')
    await ta.publishSubordinate({ ...rp, keys: (await offlineEntity(rp.id)).keys })
    const answer = await resolve(rp.id)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_trust_chain' })
  })
})

test('sends the same response until a change affects it', { tags: '11/refresh' }, async () => {
  const rp = await offlineEntity('https://changing.example')
  await ta.publishSubordinate(rp)
  const first = await resolve(rp.id)
  await ta.publishSubordinate({ id: 'https://unrelated.example' })
  expect((await resolve(rp.id)).body).toBe(first.body)
  await ta.publishSubordinate({
    ...rp,
    configuration: await rp.configure({ metadata: { oauth_client: {} } }),
  })
  const { metadata } = decodeJwt((await resolve(rp.id)).body)
  expect(metadata).toEqual({ oauth_client: {} })
  await ta.removeSubordinate(rp.id)
  expect((await resolve(rp.id)).statusCode).not.toBe(200)
  await ta.publishSubordinate(rp)
  expect((await resolve(rp.id)).statusCode).toBe(200)
})

test('sends another response when only the stored configuration changes', async () => {
  const rp = await offlineEntity('https://renamed.example')
  await ta.publishSubordinate(rp)
  for (let time = 0; time < 3; time++) expect((await resolve(rp.id)).statusCode).toBe(200)
  const metadata = { oauth_client: {} }
  await ta.redis.client.hset(ta.names.subordinateConfigurations, rp.id, await rp.configure({ metadata }))
  await ta.announce({ kind: 'subordinate', id: rp.id })
  expect(decodeJwt((await resolve(rp.id)).body).metadata).toEqual(metadata)
})

test('does not use our own expired statement, regardless of the clock-skew allowance', async () => {
  const rp = await offlineEntity('https://lapsed.example')
  await ta.publishSubordinate({ ...rp, exp: ta.now() - 1 })
  const answer = await resolve(rp.id)
  expect(answer.json()).toMatchObject({ error: 'invalid_trust_chain' })
})

test('does not reuse a response after its exp', { tags: '10.4/exp' }, async () => {
  const rp = await offlineEntity('https://short.example')
  await ta.publishSubordinate({ ...rp, exp: ta.now() + 300 })
  expect((await resolve(rp.id)).statusCode).toBe(200)
  ta.clock.ahead = 301
  expect((await resolve(rp.id)).statusCode).not.toBe(200)
  ta.clock.ahead = 0
})

describe('under a foreign Trust Anchor', () => {
  const foreign = inFile(() => anchor().intermediate().leaf().start())

  test('resolves only with its pinned keys', { tags: '4/anchor-keys' }, async () => {
    const { top, leaf } = foreign
    const pin = async (keys: object) => {
      await ta.redis.client.hset(ta.names.trustAnchors, top.id, JSON.stringify(keys))
      await ta.announce({ kind: 'trust-anchors' })
    }
    await pin((await offlineEntity(top.id)).keys)
    expect((await resolve(leaf.id, { trust_anchor: top.id })).json()).toMatchObject({
      error: 'invalid_trust_chain',
    })
    await pin(top.keys)
    const { payload } = await verified((await resolve(leaf.id, { trust_anchor: top.id })).body, {
      keys: ta.jwks,
      typ: 'resolve-response+jwt',
    })
    expect(payload).toMatchObject({ iss: entityId, sub: leaf.id })
    expect(payload.trust_chain).toHaveLength(4)
    await pin((await offlineEntity(top.id)).keys)
    expect((await resolve(leaf.id, { trust_anchor: top.id })).statusCode).toBe(400)
    await pin(top.keys)
  })

  test('uses the known one of several anchors', { tags: '8.3.1/request' }, async () => {
    const url = `/resolve?sub=${foreign.leaf.id}&trust_anchor=https://unknown.example&trust_anchor=${foreign.top.id}`
    expect((await ta.app.inject({ url })).statusCode).toBe(200)
  })
})
