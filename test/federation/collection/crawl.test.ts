/** The crawl that fills the collection: the entities it finds, includes and omits. */
import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { type Fault, faults } from '#test/helpers/fault.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { startRawServer } from '../raw-server.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const type = 'https://ta.example/marks/member'

const ta = trustAnchorInFile({ limits: { totalTimeout: 500 } })

beforeEach(async () => {
  await ta.redis.client.flushall()
  await ta.announce({ kind: 'all' })
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: [entityId] } })
})

const start = (options: EntityOptions = {}) => inTest(startEntity({ metadata: relyingParty, ...options }))

/** An entity below the superior, which is this Trust Anchor unless it is given. */
async function below(superior?: TestEntity, options: EntityOptions = {}): Promise<TestEntity> {
  const entity = await start({ authorityHints: [superior?.id ?? entityId], ...options })
  if (superior) superior.adopt(entity)
  else await ta.publishSubordinate({ id: entity.id, keys: entity.keys })
  return entity
}

/** Makes an entity an Intermediate, whether or not it has subordinates yet. */
const intermediate = { metadata: { federation_entity: { organization_name: 'Middle' } } }

const names = () => ta.names.collection
const found = () => ta.redis.client.zrange(names().sorted, 0, -1)
const record = async (id: string) => JSON.parse(String(await ta.redis.client.hget(names().entities, id)))
const sorted = (...entities: { id: string }[]) => entities.map(({ id }) => id).sort()

test('finds every entity at any depth, and records its time and Trust Anchor', {
  tags: ['8.2/location', 'collection/entities'],
}, async () => {
  const middle = await below(undefined, intermediate)
  const deeper = await below(middle, intermediate)
  const [one, two, direct] = [await below(deeper), await below(deeper), await below()]
  const report = await ta.crawl()
  expect(report).toEqual({
    trustAnchor: entityId,
    entities: 5,
    failed: 0,
    failures: [],
    milliseconds: expect.any(Number),
  })
  expect(await found()).toEqual(sorted(middle, deeper, one, two, direct))
  expect(await ta.redis.client.get(names().trustAnchor)).toBe(entityId)
  expect(Number(await ta.redis.client.get(names().lastUpdated))).toBeCloseTo(ta.now(), -1)
  expect(await ta.redis.client.smembers(names().byType('federation_entity'))).toHaveLength(2)
  expect(await ta.redis.client.ttl(names().entities)).toBe(-1)
  expect(await ta.redis.client.keys('*staging*')).toEqual([])
})

test('visits an entity of several superiors once, and does not follow a loop', async () => {
  const [left, right] = [await below(undefined, intermediate), await below(undefined, intermediate)]
  const shared = await start({ ...intermediate, authorityHints: [left.id, right.id] })
  left.adopt(shared)
  right.adopt(shared)
  shared.adopt(left)
  expect(await ta.crawl()).toMatchObject({ entities: 3, failed: 0 })
  expect(await found()).toEqual(sorted(left, right, shared))
  expect(shared.requests).toEqual(['/.well-known/openid-federation', '/list'])
})

test('omits an entity that a superior lists but that does not hint at this superior', {
  tags: 'collection/entities',
}, async () => {
  const middle = await below(undefined, intermediate)
  const claimed = await start({ authorityHints: ['https://elsewhere.example'] })
  middle.adopt(claimed)
  const report = await ta.crawl()
  expect(await found()).toEqual([middle.id])
  expect(report.failures).toEqual([
    {
      entity: claimed.id,
      reason: `Is listed by ${middle.id}, which is not in its authority_hints.`,
    },
  ])
})

test('includes an entity that one superior lists wrongly and another correctly', async () => {
  const [wrong, right] = [await below(undefined, intermediate), await below(undefined, intermediate)]
  const between = await below(right, intermediate)
  const entity = await below(between)
  wrong.adopt(entity)
  expect(await ta.crawl()).toMatchObject({ entities: 4, failed: 0 })
  expect(await found()).toContain(entity.id)
})

// An entity without a hint has a test of its own above.
const misbehaviours = (Object.keys(faults) as Fault[]).filter((fault) => fault !== 'no authority hint')

test.each(misbehaviours)(
  'omits and reports an entity that misbehaves, and includes the others: %s',
  { tags: 'fault/member-misbehaves' },
  async (fault) => {
    const middle = await below(undefined, intermediate)
    const [good, bad] = [await below(middle), await below(middle)]
    bad.misbehave(fault)
    const report = await ta.crawl()
    expect(await found()).toEqual(sorted(middle, good))
    expect(report).toMatchObject({ entities: 2, failed: 1 })
    expect(report.failures).toEqual([{ entity: bad.id, reason: expect.stringMatching(/\w+ \w+/) }])
  },
)

test('skips a host that does not respond, and reports each of its entities', async () => {
  const middle = await below(undefined, intermediate)
  let requests = 0
  const silent = await startRawServer(() => void requests++) // keeps the connection and never responds
  for (let count = 0; count < 50; count++) {
    middle.adopt({ ...middle, id: `${silent.url}/${count}` })
  }
  const report = await ta.crawl()
  expect(report).toMatchObject({ entities: 1, failed: 50 })
  expect(requests).toBeLessThan(50)
  expect(report.failures.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('was skipped'))
  await silent.close()
})

test('includes and indexes only verified Trust Marks', {
  tags: 'collection/trust-mark-type',
}, async () => {
  const middle = await below(undefined, intermediate)
  const entity = await below(middle)
  const good = await ta.issueTrustMark({ type, subject: entity.id })
  const never = { issuer: entityId, subject: entity.id, type: `${type}/other`, iat: ta.now() }
  const unknown = await ta.sign(buildTrustMark(never), TRUST_MARK_TYP)
  const carry = (...marks: string[]) => {
    entity.options.configuration = {
      trust_marks: marks.map((jwt) => ({
        trust_mark_type: decodeJwt(jwt).trust_mark_type,
        trust_mark: jwt,
      })),
    }
  }
  carry(good, unknown)
  await ta.crawl()
  expect((await record(entity.id)).trust_marks).toEqual([{ trust_mark_type: type, trust_mark: good }])
  expect(await ta.redis.client.smembers(names().trustMarkTypes)).toEqual([type])
  expect(await ta.redis.client.smembers(names().byTrustMark(type))).toEqual([entity.id])

  await ta.revokeTrustMark(good, { type, subject: entity.id })
  await ta.crawl()
  expect((await record(entity.id)).trust_marks).toEqual([])
  expect(await ta.redis.client.exists(names().byTrustMark(type), names().trustMarkTypes)).toBe(0)
})

test('removes an entity from the index of a type that it no longer has', async () => {
  const entity = await below()
  await ta.crawl()
  expect(await ta.redis.client.smembers(names().byType('openid_relying_party'))).toEqual([entity.id])
  entity.options.metadata = { oauth_client: { client_name: 'Changed' } }
  await ta.crawl()
  expect(await ta.redis.client.exists(names().byType('openid_relying_party'))).toBe(0)
  expect(await ta.redis.client.smembers(names().byType('oauth_client'))).toEqual([entity.id])
})

test('skips an entity whose statement has expired', async () => {
  const [current, expired] = [await below(), await below()]
  await ta.publishSubordinate({ id: expired.id, keys: expired.keys, exp: ta.now() - 1 })
  await ta.crawl()
  expect(await found()).toEqual(sorted(current))
})

test('reports its progress', async () => {
  const middle = await below(undefined, intermediate)
  const leaf = await below(middle)
  const events: unknown[] = []
  await ta.crawl({ onProgress: (event) => events.push(event) })
  expect(events).toEqual([
    { found: 2, done: 1, failed: 0, current: middle.id },
    { found: 2, done: 2, failed: 0, current: leaf.id },
  ])
})

test('publishes an empty collection of a federation without members', async () => {
  const entity = await below()
  await ta.crawl()
  await ta.removeSubordinate(entity.id)
  expect(await ta.crawl()).toMatchObject({ entities: 0, failed: 0 })
  expect(await ta.redis.client.exists(names().entities, names().sorted)).toBe(0)
})

test('crawls the federation of a pinned anchor, without fetching our own statements', async () => {
  const other = await start({
    metadata: { federation_entity: { federation_list_endpoint: 'http://127.0.0.1:1' } },
  })
  const leaf = await below(other)
  await expect(ta.crawl({ trustAnchor: other.id })).rejects.toMatchObject({ code: 'invalid_trust_anchor' })
  await ta.redis.client.hset(ta.names.trustAnchors, other.id, JSON.stringify(other.keys))
  await ta.announce({ kind: 'trust-anchors' })
  other.options.metadata = {}
  await ta.publishConfiguration({ authority_hints: [other.id] })
  other.adopt({ ...leaf, id: entityId })
  const own = await below()
  await ta.crawl({ trustAnchor: other.id })
  expect(await found()).toEqual([...sorted(leaf, own), entityId].sort())
  expect(await ta.redis.client.get(names().trustAnchor)).toBe(other.id)
})

test('refuses an anchor that signs with keys other than the pinned ones', async () => {
  const [other, else_] = [await start(), await start()]
  await ta.redis.client.hset(ta.names.trustAnchors, other.id, JSON.stringify(else_.keys))
  await ta.announce({ kind: 'trust-anchors' })
  await expect(ta.crawl({ trustAnchor: other.id })).rejects.toMatchObject({ code: 'invalid_request' })
})
