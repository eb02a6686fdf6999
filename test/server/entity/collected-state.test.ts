/** Tests the state of entities below Intermediates: after a crawl, and after each change of what decides it. */
import { beforeAll, expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, relyingPartyNamed, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { register } from '#test/helpers/subordinate.ts'

/** Below the lower Intermediate: one with another name, and one that its Superior lists but does not vouch for. */

const admin = adminInFile({}, { metricsPort: 0 })
const federation = inFile(() => below(admin.entityId).intermediate().intermediate().leaf().start())
const lower = () => [String(federation.entities[1]?.id)]
const odd = inFile(() => startEntity({ metadata: relyingPartyNamed('The odd one'), authorityHints: lower() }))
const unvouched = inFile(() => startEntity({ metadata: relyingParty, authorityHints: lower() }))
beforeAll(async () => {
  const [, lower] = federation.entities
  if (!lower) throw new Error('three levels have a second')
  lower.adopt(odd)
  lower.adopt({ ...unvouched, keys: odd.keys })
  await register(admin, federation.top)
  await crawl()
})

async function crawl() {
  await watchRun(admin, await startRun(admin, 'startCollectionWalk'))
}

async function stateOf({ id: entityId }: Pick<TestEntity, 'id'>) {
  const document = `query ($entityId: EntityIdentifier!) {
    collectionEntity(entityId: $entityId) { state superior problem { code section message since } } }`
  const { data } = await admin.execute(document, { entityId }, 'viewer')
  return data.collectionEntity
}

const list = async (state: string) => {
  const document = `query ($state: SubordinateState) {
    collectionEntities(filter: { state: $state }) { totalCount edges { node { entityId } } } }`
  const { data } = await admin.execute(document, { state }, 'viewer')
  const { totalCount, edges } = data.collectionEntities
  const entityIds = edges.map(({ node }: { node: { entityId: string } }) => node.entityId)
  expect(totalCount).toBe(entityIds.length)
  return entityIds
}
const sorted = (...entities: TestEntity[]) => entities.map(({ id }) => id).sort()
const soon = (assertion: () => Promise<void>) => vi.waitFor(assertion, patience)
const requests = () => [...federation.entities, odd, unvouched].map(({ requests }) => requests.length)

it('says after a crawl which entities a third party refuses, and why', async () => {
  const [top, lower, leaf] = federation.entities
  const superior = lower?.id
  expect(await stateOf(federation.leaf)).toEqual({ state: 'ACTIVE', superior, problem: null })
  expect(await stateOf(unvouched)).toEqual({
    state: 'DOES_NOT_RESOLVE',
    superior,
    problem: {
      code: 'STATEMENT',
      section: '3.2',
      message: expect.stringContaining(`statement of ${superior} about ${unvouched.id}`),
      since: expect.any(String),
    },
  })
  expect(await stateOf(federation.top)).toEqual({ state: 'ACTIVE', superior: null, problem: null })
  expect(await list('DOES_NOT_RESOLVE')).toEqual([unvouched.id])
  expect(await list('ACTIVE')).toEqual([top, lower, leaf, odd].map((each) => each?.id).sort())
})

it('pages through the entities in a state, also with another filter, and counts them', async () => {
  const document = `query ($filter: CollectionFilter, $after: String) {
    collectionEntities(filter: $filter, first: 1, after: $after) {
      totalCount edges { node { entityId } } pageInfo { endCursor } } }`
  const all = async (filter: object) => {
    const found: string[] = []
    for (let after: string | null = null; ; ) {
      const { data } = await admin.execute(document, { filter, after }, 'viewer')
      const { totalCount, edges, pageInfo } = data.collectionEntities
      if (edges.length === 0) return { totalCount, found }
      found.push(edges[0].node.entityId)
      after = pageInfo.endCursor
    }
  }
  const [top, lower, leaf] = federation.entities.map(({ id }) => id)
  const active = [top, lower, leaf, odd.id].sort()
  expect(await all({ state: 'ACTIVE' })).toEqual({ totalCount: 4, found: active })
  const parties = active.filter((id) => id === leaf || id === odd.id)
  const entityType = 'openid_relying_party'
  expect(await all({ state: 'ACTIVE', entityType })).toEqual({ totalCount: 2, found: parties })
  expect(await all({ state: 'DOES_NOT_RESOLVE', entityType })).toEqual({
    totalCount: 1,
    found: [unvouched.id],
  })
})

it('lists no entity as active that only another program has crawled', async () => {
  const { redis, keys } = admin.server.jobContext.publishing
  const { lastUpdated, entities, sorted: index } = keys.collection
  const foreign = 'https://foreign.example'
  const updated = String(await redis.get(lastUpdated))
  await redis.hset(entities, foreign, '{}')
  await redis.zadd(index, 0, foreign)
  await redis.set(lastUpdated, Math.ceil(Date.now() / 1000) + 1)
  expect(await list('ACTIVE')).toEqual([...federation.entities, odd].map(({ id }) => id).sort())
  await redis.hdel(entities, foreign)
  await redis.zrem(index, foreign)
  await redis.set(lastUpdated, updated)
})

it('evaluates a change of the policy without a fetch, and reports it in list, alert and metric', async () => {
  const before = requests()
  const { since } = (await stateOf(unvouched)).problem
  const metadataPolicy = { openid_relying_party: { client_name: { one_of: ['Test Relying Party'] } } }
  await admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')
  await soon(async () => expect(await list('DOES_NOT_RESOLVE')).toEqual(sorted(odd, unvouched)))
  expect(await stateOf(odd)).toMatchObject({
    problem: { code: 'METADATA_POLICY', section: '6.1', message: expect.stringContaining('client_name') },
  })
  expect((await stateOf(unvouched)).problem.since).toBe(since)
  const { data } = await admin.execute('{ alerts { code size message } }')
  expect(data.alerts).toContainEqual({
    code: 'COLLECTED_DO_NOT_RESOLVE',
    size: 2,
    message: expect.stringMatching(`^2 entities below ${federation.entities[1]?.id} would be refused\\.`),
  })
  const { values } = await readMetrics(admin.server.metricsUrl)
  const count = (state: string) => values('inmor_collected_entities', { state })
  expect([count('active'), count('does_not_resolve'), count('unknown')]).toEqual([[2], [2], [0]])

  await admin.mutate('updateFederationPolicy', { metadataPolicy: {} }, 'version', 'admin')
  await soon(async () => expect(await list('DOES_NOT_RESOLVE')).toEqual([unvouched.id]))
  expect(requests()).toEqual(before)
})

it('evaluates a change of an Intermediate: its constraints, its deactivation', async () => {
  const { data } = await admin.execute(
    'query ($id: EntityIdentifier!) { subordinate(entityId: $id) { id } }',
    { id: federation.top.id },
  )
  const { id } = data.subordinate
  await admin.mutate('updateSubordinate', { id, constraints: { max_path_length: 1 } }, 'id')
  await soon(async () => expect(await stateOf(odd)).toMatchObject({ problem: { code: 'CONSTRAINTS' } }))
  const [, lower] = federation.entities
  expect(lower && (await stateOf(lower))).toMatchObject({ state: 'ACTIVE' })

  await admin.mutate('updateSubordinate', { id, constraints: {} }, 'id')
  await soon(async () => expect(await stateOf(odd)).toMatchObject({ state: 'ACTIVE' }))
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  await soon(async () =>
    expect(await stateOf(odd)).toMatchObject({
      state: 'DOES_NOT_RESOLVE',
      problem: { message: expect.stringContaining(`${federation.top.id} is not an active subordinate`) },
    }),
  )
  await admin.mutate('reactivateSubordinate', { id }, 'id')
  await soon(async () => expect(await stateOf(odd)).toMatchObject({ state: 'ACTIVE' }))
})

it('takes the place of the last crawl when it is complete, with its own results', async () => {
  const [, lower] = federation.entities
  lower?.adopt(unvouched)
  lower?.disown(odd.id)
  await crawl()
  expect(await stateOf(unvouched)).toMatchObject({ state: 'ACTIVE', problem: null })
  expect(await stateOf(odd)).toBeNull()
  const { db } = admin.server
  const crawls = await db.collectedEntity.groupBy({ by: ['crawlId'] })
  expect(crawls).toHaveLength(1)
})

it('is crawled again at once when Redis was emptied, because the database has only a part of it', {
  tags: 'fault/redis-emptied',
}, async () => {
  const { client } = admin.redis
  const before = await client.hkeys('inmor:collection:entities')
  expect(before).not.toEqual([])
  await client.flushall()
  await soon(async () => expect((await admin.get('/collection')).status).toBe(200))
  expect((await client.hkeys('inmor:collection:entities')).sort()).toEqual(before.sort())
})
