/** Runs: started once at a time, watched to their end, cancelled, and survived. */
import { createClient } from 'graphql-sse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'

let admin: TestAdmin
const entities: TestEntity[] = []

beforeAll(async () => {
  admin = await startAdmin()
  for (let count = 0; count < 5; count++) {
    const entity = await startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] })
    entities.push(entity)
    const registered = await admin.mutate('registerSubordinate', { entityId: entity.id }, 'id')
    expect(registered.__typename).toBe('MutationRegisterSubordinateSuccess')
  }
})
afterAll(async () => {
  await Promise.all(entities.map((entity) => entity.close()))
  await admin.close()
})

async function start(mutation: string) {
  const type = mutation.split('(')[0] ?? ''
  const success = `Mutation${type.charAt(0).toUpperCase()}${type.slice(1)}Success`
  const document = `mutation { result: ${mutation} { __typename ... on ${success} { data { id state } } ... on Error { code } } }`
  return (await admin.execute(document, {}, 'operator')).data.result
}

/** Everything that the subscription says until it ends. */
async function watch(runId: string) {
  const client = createClient({
    url: `${admin.adminUrl}/graphql`,
    headers: { 'x-api-key': admin.keys.viewer },
  })
  const query = `subscription ($runId: ID!) { renewalProgress(runId: $runId) {
    run { state total done failed } item { resource ok message } } }`
  const seen = []
  for await (const { data } of client.iterate({ query, variables: { runId } }))
    seen.push(data?.renewalProgress)
  return seen as {
    run: { state: string; total: number; done: number; failed: number }
    item: { resource: string; ok: boolean } | null
  }[]
}

it('renews every subordinate, one of which fails, and is seen to its end', async () => {
  entities[0]?.misbehave('not found')
  const { data: run } = await start('startRenewal(kind: SUBORDINATES)')
  expect(run.state).toBe('RUNNING')
  const seen = await watch(run.id)
  entities[0]?.misbehave(undefined)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 5, done: 4, failed: 1 })
  const document = `query ($id: ID!) { renewalRun(id: $id) { items(failed: true) { totalCount edges { node { resource message } } } } }`
  const { items } = (await admin.execute(document, { id: run.id })).data.renewalRun
  expect(items.totalCount).toBe(1)
  expect(items.edges[0].node).toMatchObject({
    resource: entities[0]?.id,
    message: expect.stringContaining('404'),
  })
})

it('starts no second run of a kind while one is under way, and ends one that is cancelled', async () => {
  const silent = await startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] })
  await admin.mutate('registerSubordinate', { entityId: silent.id }, 'id')
  silent.misbehave('hang')
  const { data: run } = await start('startRenewal(kind: SUBORDINATES)')
  expect(await start('startRenewal(kind: SUBORDINATES)')).toMatchObject({
    __typename: 'ConflictError',
    code: 'CONFLICT',
  })
  const cancelled = await admin.mutate('cancelRun', { id: run.id }, 'cancelRequested')
  expect(cancelled).toMatchObject({ cancelRequested: true })
  await silent.close() // what it was waiting for fails, and it ends
  expect((await watch(run.id)).at(-1)?.run.state).toBe('CANCELLED')
  expect(await admin.mutate('cancelRun', { id: run.id }, 'id')).toMatchObject({ code: 'CONFLICT' })
})

it('marks a run whose process ended as failed, and starts anew', async () => {
  const longAgo = new Date(Date.now() - 3_600_000)
  const lost = await admin.server.db.renewalRun.create({
    data: { kind: 'TRUST_MARKS', startedBy: 'admin', heartbeatAt: longAgo },
  })
  const { data: run } = await start('startRenewal(kind: TRUST_MARKS)')
  expect((await watch(run.id)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', total: 0 })
  const after = await admin.server.db.renewalRun.findUniqueOrThrow({ where: { id: lost.id } })
  expect(after).toMatchObject({ state: 'FAILED', error: 'The process that ran it ended.' })
})

it('walks the federation into the collection', async () => {
  const { data: run } = await start('startCollectionWalk')
  expect((await watch(run.id)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED' })
  const found = await admin.redis.client.hkeys('inmor:collection:entities')
  expect(found).toEqual(expect.arrayContaining(entities.map(({ id }) => id)))
})
