/** Tests several servers on a Redis that fails over or is resharded under load: short 503s, and nothing lost. */
import { afterEach, expect, test, vi } from 'vitest'
import { type Deployment, startDeployment } from '#test/helpers/deployment.ts'
import { patience } from '#test/helpers/patience.ts'
import type { TestRedis } from '#test/helpers/redis.ts'
import { PREFIX, startCluster, type TestCluster } from '#test/helpers/redis-cluster.ts'
import { startSentinelRedis } from '#test/helpers/redis-sentinel.ts'
import { issueMarks, type } from './mark-writer.ts'
import { mutate } from './mutation.ts'

/** Admin servers publish what they write; a worker would add nothing. */
const SIZE = { admins: 2, workers: 0, tas: 2 }

let deployment: Deployment
afterEach(() => deployment?.close())

/** All statuses of a federation server under continuous requests until stopped. */
async function statusesOf(url: string, stop: AbortSignal): Promise<Set<number>> {
  const seen = new Set<number>()
  for (let at = 0; !stop.aborted; at++) {
    for (const path of [
      '/status',
      `/fetch?sub=https://nobody-${at}.example`,
      '/.well-known/openid-federation',
    ])
      seen.add((await fetch(`${url}${path}`)).status)
  }
  return seen
}

async function holdersAt(url: string): Promise<Set<string>> {
  const response = await fetch(`${url}/trust_mark_list?trust_mark_type=${encodeURIComponent(type)}`)
  return new Set(response.ok ? await response.json() : [])
}

/** Every federation server serves the acknowledged changes, and only answers 200, 404 and 503. */
async function expectNothingLost(fault: () => Promise<unknown>) {
  const { admins, tas, db } = deployment
  const [first] = admins
  if (!first) throw new Error('there is one')
  await mutate(first.ask, 'createTrustMarkType', { type }, 'id')
  for (const url of tas)
    await vi.waitFor(async () => expect((await fetch(`${url}/status`)).status).toBe(200), patience)

  const acknowledged: string[] = []
  const stop = new AbortController()
  const seen = Promise.all(tas.map((url) => statusesOf(url, stop.signal)))
  const writers = admins.map(({ ask }, at) => issueMarks(ask, `rp-${at}`, acknowledged, stop.signal))
  const more = async () => {
    const before = acknowledged.length
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 10), patience)
  }
  await more()
  await fault()
  await more()
  stop.abort()
  await Promise.all(writers)
  for (const statuses of await seen) {
    expect([...statuses]).toEqual(expect.arrayContaining([200, 404]))
    expect([200, 404, 503]).toEqual(expect.arrayContaining([...statuses]))
  }
  for (const url of tas) {
    await vi.waitFor(async () => {
      const holders = await holdersAt(url)
      expect(acknowledged.filter((entityId) => !holders.has(entityId))).toEqual([])
    }, patience)
  }
  await vi.waitFor(async () => expect(await db.outboxEntry.count()).toBe(0), patience)
}

test('Sentinels: the primary is killed', { timeout: 300_000, tags: 'fault/redis-failover' }, async () => {
  deployment = await startDeployment(SIZE, { redis: startSentinelRedis })
  await expectNothingLost(async () => {
    await deployment.redis.stop()
    await vi.waitFor(() => deployment.redis.client.set('inmor:probe', '1'), patience) // the replica has taken over
  })
})

test('a Cluster: the keys are moved to another node', {
  timeout: 300_000,
  tags: 'fault/redis-failover',
}, async () => {
  let cluster: TestCluster | undefined
  const redis = async (): Promise<TestRedis> => {
    cluster = await startCluster()
    return cluster
  }
  deployment = await startDeployment({ admins: 1, workers: 0, tas: 1 }, { redis, redisPrefix: PREFIX })
  await expectNothingLost(async () => cluster?.moveKeys())
})
