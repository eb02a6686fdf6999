/** Two Trust Anchors with a diamond, a loop, a dead branch, a host that does not respond and an Intermediate with constraints. */
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const dead = 'http://127.0.0.1:1'
const type = 'https://issuer.example/marks/certified'
/** Another Trust Anchor with one Intermediate. Its keys are pinned here. */
let other: TestEntity
let theirs: TestEntity
/** Our federation: two Intermediates with a common Leaf, and one below the left one that leads back to it. */
let left: TestEntity
let right: TestEntity
let loop: TestEntity
let silent: TestEntity
let issuer: TestEntity
let leaf: TestEntity

const ta = trustAnchorInFile({ limits: { totalTimeout: 700 } })

const start = (authorityHints: string[], options: EntityOptions = {}) =>
  inTest(startEntity({ ...(authorityHints.length > 0 ? { authorityHints } : {}), ...options }))

beforeEach(async () => {
  await ta.redis.client.flushall()
  other = await start([])
  theirs = await start([other.id])
  other.adopt(theirs)
  left = await start([entityId])
  right = await start([entityId])
  loop = await start([left.id])
  left.adopt(loop)
  loop.adopt(left)
  left.options.authorityHints = [loop.id, entityId]
  silent = await start([entityId])
  silent.misbehave('hang')
  issuer = await start([entityId])
  leaf = await start([dead, silent.id, loop.id, left.id, right.id, theirs.id], { metadata: relyingParty })
  for (const superior of [loop, left, right, theirs]) superior.adopt(leaf)
  await ta.redis.client.hset(ta.names.trustAnchors, other.id, JSON.stringify(other.keys))
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: [issuer.id] } })
  for (const entity of [left, right, silent, issuer]) await register(entity)
  await ta.forget()
})

const register = ({ id, keys }: TestEntity, statement: Record<string, unknown> = {}) =>
  ta.publishSubordinate({ id, keys, statement, entityTypes: ['federation_entity'] })

const resolve = (sub = leaf.id, trust_anchor = entityId) => ta.get('/resolve', { sub, trust_anchor })

type Resolved = {
  trust_chain: string[]
  metadata: Record<string, Record<string, unknown>>
  trust_marks?: { trust_mark: string }[]
}
async function resolved(sub?: string, trustAnchor?: string): Promise<Resolved> {
  const answer = await resolve(sub, trustAnchor)
  expect([answer.statusCode, answer.body.slice(0, 3)]).toEqual([200, 'eyJ'])
  return decodeJwt<Resolved>(answer.body)
}
const path = ({ trust_chain }: Resolved) => trust_chain.map((jwt) => String(decodeJwt(jwt).iss))

async function refused(sub?: string, trustAnchor?: string): Promise<string> {
  const answer = await resolve(sub, trustAnchor)
  expect(answer.statusCode).toBeGreaterThanOrEqual(400)
  return answer.json().error
}

test('a Leaf with failing branches resolves over the valid ones', async () => {
  const chain = path(await resolved())
  expect([left.id, right.id]).toContain(chain[1])
  expect(chain).toEqual([leaf.id, chain[1], entityId, entityId])
})

test('each side of the diamond is enough', async () => {
  left.disown(leaf.id)
  expect(path(await resolved())).toEqual([leaf.id, right.id, entityId, entityId])
  left.adopt(leaf)
  right.disown(leaf.id)
  await ta.forget()
  await register(right, { metadata_policy: {} }) // a change invalidates the cached response
  expect(path(await resolved())).toEqual([leaf.id, left.id, entityId, entityId])
})

test('an entity behind the loop resolves over the longer path', async () => {
  leaf.options.authorityHints = [loop.id]
  expect(path(await resolved())).toEqual([leaf.id, loop.id, left.id, entityId, entityId])
})

test('resolves under the other, pinned anchor, and under either of the two', async () => {
  expect(path(await resolved(leaf.id, other.id))).toEqual([leaf.id, theirs.id, other.id, other.id])
  const query = new URLSearchParams([
    ['sub', leaf.id],
    ['trust_anchor', 'https://unknown.example'],
    ['trust_anchor', other.id],
    ['trust_anchor', entityId],
  ])
  const answer = await ta.app.inject({ url: `/resolve?${query}` })
  expect(answer.statusCode).toBe(200)
  expect([entityId, other.id]).toContain(path(decodeJwt<Resolved>(answer.body)).at(-1))
  expect(await refused(theirs.id)).toBe('invalid_trust_chain')
})

test('does not trust the other anchor with keys other than the pinned ones', async () => {
  await ta.redis.client.hset(ta.names.trustAnchors, other.id, JSON.stringify(leaf.keys))
  await ta.announce({ kind: 'trust-anchors' })
  expect(await refused(leaf.id, other.id)).toBe('invalid_trust_chain')
})

test('reports a temporary failure if all branches fail', async () => {
  leaf.options.authorityHints = [dead, silent.id]
  expect(await refused()).toBe('temporarily_unavailable')
})

test('includes the mark of the foreign issuer while the issuer has a chain', async () => {
  const claims = { issuer: issuer.id, subject: leaf.id, type, iat: ta.now() - 1 }
  const trust_mark = await ta.sign(buildTrustMark(claims), TRUST_MARK_TYP, issuer.key)
  leaf.options.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark }] }
  expect((await resolved()).trust_marks).toEqual([{ trust_mark_type: type, trust_mark }])
  await ta.removeSubordinate(issuer.id)
  await register(left, { metadata_policy: {} })
  await register(right, { metadata_policy: {} })
  expect((await resolved()).trust_marks).toBeUndefined()
})

describe('constraints (§6.2) on one side', () => {
  const constrained = async (constraints: object) => {
    right.disown(leaf.id)
    await register(left, { constraints })
  }

  test('max_path_length limits the Intermediates', async () => {
    await constrained({ max_path_length: 1 })
    expect(path(await resolved())).toHaveLength(4)
    await constrained({ max_path_length: 0 })
    expect(await refused()).toBe('invalid_trust_chain')
  })

  test('the other side of the diamond is not affected', async () => {
    await register(left, { constraints: { max_path_length: 0 } })
    expect(path(await resolved())[1]).toBe(right.id)
  })

  test('naming_constraints exclude entities outside the name space', async () => {
    await constrained({ naming_constraints: { permitted: ['.example.com'] } })
    expect(await refused()).toBe('invalid_trust_chain')
  })

  test('allowed_entity_types removes types and refuses no entity', async () => {
    await constrained({ allowed_entity_types: ['openid_provider'] })
    expect((await resolved()).metadata).toEqual({})
  })

  test('policies of all levels apply, the anchor first', async () => {
    right.disown(leaf.id)
    const policy = (operators: object) => ({
      metadata_policy: { openid_relying_party: { client_name: operators } },
    })
    await register(left, policy({ default: 'unused', one_of: ['Test Relying Party', 'Other'] }))
    leaf.options.statement = policy({ one_of: ['Test Relying Party'] })
    expect((await resolved()).metadata.openid_relying_party?.client_name).toBe('Test Relying Party')
    leaf.options.statement = policy({ one_of: ['Nothing in common'] })
    await ta.forget()
    await register(left, policy({ one_of: ['Test Relying Party', 'Other'] }))
    expect(await refused()).toBe('invalid_metadata')
  })
})
