/** Redis behind Sentinels and as a Cluster: a failover under load causes only some 503 responses. */
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import type { TestRedis } from '#test/helpers/redis.ts'
import { PREFIX, startCluster } from '#test/helpers/redis-cluster.ts'
import { startSentinelRedis } from '#test/helpers/redis-sentinel.ts'
import type { Replicated } from '#test/helpers/replication.ts'
import { startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

const TIMEOUT = 90_000
const WITHIN = { timeout: 45_000, interval: 50 }

const before = 'https://before.example'
const after = 'https://after.example'

let ta: TrustAnchor
afterEach(() => ta.close())

async function start(redis: TestRedis & Replicated, prefix: string) {
  ta = await startTrustAnchor({ redis, prefix })
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: before })
  await redis.replicated()
}

/** Collects every status of continuous uncached requests while `work` runs. */
async function statusesDuring(work: () => Promise<unknown>): Promise<number[]> {
  const seen = new Set<number>()
  let isOver = false
  const ask = async () => {
    for (let at = 0; !isOver; at++) {
      for (const url of ['/status', `/fetch?sub=https://nobody-${at}.example`]) {
        seen.add((await ta.app.inject({ url })).statusCode)
        await setImmediate() // injected requests give the sockets no time otherwise
      }
    }
  }
  const asking = Promise.all([ask(), ask(), ask()])
  try {
    await work()
  } finally {
    isOver = true
    await asking
  }
  return [...seen].sort()
}

/** The outage is noticed, and it ends. */
async function outage() {
  for (const status of [503, 200])
    await vi.waitFor(async () => expect((await ta.get('/status')).statusCode).toBe(status), WITHIN)
}

/** Retries like the admin server. */
async function publishAfterwards() {
  await vi.waitFor(() => ta.publishSubordinate({ id: after }), WITHIN)
  await vi.waitFor(async () => expect((await ta.get('/list')).json()).toEqual([after, before]), WITHIN)
}

const servers = [
  ['Sentinels', startSentinelRedis, ''],
  ['a Cluster', startCluster, PREFIX],
] as const

test.each(servers)(
  '%s: continues with the replica after the primary was killed',
  { timeout: TIMEOUT, tags: 'fault/redis-failover' },
  async (_what, make, prefix) => {
    await start(await make(), prefix)
    const seen = await statusesDuring(async () => {
      await ta.redis.stop()
      await outage()
      await publishAfterwards()
    })
    expect(seen).toEqual([200, 404, 503])
    // Sentinels end the connections to the new primary once more, when they have configured it.
    await vi.waitFor(
      async () => expect((await ta.get('/fetch', { sub: before })).statusCode).toBe(200),
      WITHIN,
    )
  },
)

test.each(servers)(
  '%s: continues with the replica while the primary hangs',
  { timeout: TIMEOUT, tags: 'fault/redis-failover' },
  async (_what, make, prefix) => {
    await start(await make(), prefix)
    ta.redis.pause()
    await outage()
    await publishAfterwards()
    ta.redis.resume() // the previous primary must not be used again
    await vi.waitFor(async () => expect((await ta.get('/list')).json()).toEqual([after, before]), WITHIN)
  },
)

test('a Cluster: moving the keys to another node under load causes only 503 responses', {
  timeout: TIMEOUT,
  tags: 'fault/redis-failover',
}, async () => {
  const cluster = await startCluster()
  await start(cluster, PREFIX)
  const seen = await statusesDuring(async () => {
    await cluster.moveKeys()
    await publishAfterwards()
  })
  expect(seen).toEqual(expect.arrayContaining([200, 404]))
  expect([200, 404, 503]).toEqual(expect.arrayContaining(seen))
})
