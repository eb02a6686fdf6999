/** Measures how long the federation server does not answer during a Redis failover. */
import { setTimeout } from 'node:timers/promises'
import type { TestRedis } from '#test/helpers/redis.ts'
import { PREFIX, startCluster, type TestCluster } from '#test/helpers/redis-cluster.ts'
import { startSentinelRedis } from '#test/helpers/redis-sentinel.ts'
import type { Replicated } from '#test/helpers/replication.ts'
import { startTrustAnchor } from '../federation/trust-anchor.ts'

export type OutageMeasure = {
  fault: string
  /** The longest time in milliseconds between two answers. */
  longest: number
  asked: number
  /** Answered with 503. */
  refused: number
}

type ReplicatedRedis = TestRedis & Replicated

type Fault<Redis extends ReplicatedRedis> = {
  name: string
  start: () => Promise<Redis>
  prefix: string
  strike: (redis: Redis) => Promise<void> | void
  /** Nothing is away: it is over when the stroke is. */
  isSmooth?: boolean
}

const sentinels = { start: startSentinelRedis, prefix: '' }
const cluster = { start: startCluster, prefix: PREFIX }

/** Milliseconds. */
const EVERY = 10
const PATIENCE = 60_000
/** The number of consecutive answers that ends the outage. */
const CALM = 100

export async function measureOutages(): Promise<OutageMeasure[]> {
  return [
    await measure({
      ...sentinels,
      name: 'primary killed, Sentinels (down after 0.5 s)',
      strike: (redis) => redis.stop(),
    }),
    await measure({
      ...sentinels,
      name: 'primary hangs, Sentinels (down after 0.5 s)',
      strike: (redis) => redis.pause(),
    }),
    await measure({
      ...cluster,
      name: 'node killed, Cluster (node timeout 1 s)',
      strike: (redis) => redis.stop(),
    }),
    await measure({
      ...cluster,
      name: 'node hangs, Cluster (node timeout 1 s)',
      strike: (redis) => redis.pause(),
    }),
    await measure<TestCluster>({
      ...cluster,
      name: 'keys moved to another node, Cluster',
      strike: (redis) => redis.moveKeys(),
      isSmooth: true,
    }),
  ]
}

async function measure<Redis extends ReplicatedRedis>(fault: Fault<Redis>): Promise<OutageMeasure> {
  const redis = await fault.start()
  const ta = await startTrustAnchor({ redis, prefix: fault.prefix })
  await ta.publishConfiguration()
  await redis.replicated()
  const seen = { asked: 0, refused: 0, inARow: 0, longest: 0, answeredAt: performance.now() }
  let isOver = false

  /** Uses a new entity each time, to bypass caches in front of Redis. */
  async function ask(): Promise<void> {
    const { statusCode } = await ta.get('/fetch', { sub: `https://nobody-${seen.asked++}.example` })
    if (statusCode === 503) {
      seen.refused++
      seen.inARow = 0
      return
    }
    if (statusCode !== 404) throw new Error(`${fault.name}: answered ${statusCode}`)
    const now = performance.now()
    seen.longest = Math.max(seen.longest, now - seen.answeredAt)
    seen.answeredAt = now
    seen.inARow++
  }
  async function askOn(): Promise<void> {
    for (; !isOver; await setTimeout(EVERY)) await ask()
  }
  async function settled(): Promise<void> {
    const isSettled = () => seen.inARow >= CALM && (fault.isSmooth || seen.refused > 0)
    for (const end = performance.now() + PATIENCE; !isSettled(); await setTimeout(EVERY)) {
      if (performance.now() > end) throw new Error(`${fault.name}: not over after ${PATIENCE} ms`)
    }
  }

  const asking = askOn()
  await setTimeout(CALM * EVERY)
  await fault.strike(redis)
  seen.inARow = 0
  await settled()
  isOver = true
  await asking
  await ta.close()
  const { asked, refused, longest } = seen
  return { fault: fault.name, asked, refused, longest }
}
