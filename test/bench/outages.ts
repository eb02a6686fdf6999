/** Measures how long the federation server does not answer during a Redis failover. */
import { setTimeout } from 'node:timers/promises'
import type { TestRedis } from '#test/helpers/redis.ts'
import { PREFIX, startCluster } from '#test/helpers/redis-cluster.ts'
import { startSentinelRedis } from '#test/helpers/redis-sentinel.ts'
import type { Replicated } from '#test/helpers/replication.ts'
import { startTrustAnchor } from '../federation/trust-anchor.ts'
import { number, type Part, section } from './document.ts'
import { until } from './program.ts'

/** Milliseconds. */
const EVERY = 10
/** The number of consecutive answers that ends the outage. */
const CALM = 100
/** Nothing is away: it is over when the stroke is. */
const SMOOTH = 'keys moved to another node, Cluster'

export const outagesPart: Part = {
  name: 'outages',
  usual: ['full'],
  async measure() {
    const intro = `A client asks the federation server every 10 ms for data that only Redis has, while a replica replaces the node with
our keys. No answer is wrong. Without the data it is 503, after a second at most, the limit of a command. The admin server
publishes the changes of that time automatically.`
    const [sentinels, cluster] = [startSentinelRedis, startCluster]
    const rows = [
      await measure('primary killed, Sentinels (down after 0.5 s)', sentinels, (redis) => redis.stop()),
      await measure('primary hangs, Sentinels (down after 0.5 s)', sentinels, (redis) => redis.pause()),
      await measure('node killed, Cluster (node timeout 1 s)', cluster, (redis) => redis.stop(), PREFIX),
      await measure('node hangs, Cluster (node timeout 1 s)', cluster, (redis) => redis.pause(), PREFIX),
      await measure(SMOOTH, cluster, (redis) => redis.moveKeys(), PREFIX),
    ]
    return [section('Failover of Redis', intro, ['', 'without an answer', 'answered with 503'], rows)]
  },
}

async function measure<Redis extends TestRedis & Replicated>(
  fault: string,
  start: () => Promise<Redis>,
  strike: (redis: Redis) => Promise<void> | void,
  prefix = '',
): Promise<string[]> {
  const redis = await start()
  const ta = await startTrustAnchor({ redis, prefix })
  await ta.publishConfiguration()
  await redis.replicated()
  const seen = { asked: 0, refused: 0, inARow: 0, longest: 0, answeredAt: performance.now() }
  let isOver = false

  /** Uses a new entity each time, to bypass caches in front of Redis. */
  async function ask(): Promise<void> {
    const { statusCode } = await ta.get('/fetch', { sub: `https://unknown-${seen.asked++}.example` })
    if (statusCode === 503) {
      seen.refused++
      seen.inARow = 0
      return
    }
    if (statusCode !== 404) throw new Error(`${fault}: answered ${statusCode}`)
    const now = performance.now()
    seen.longest = Math.max(seen.longest, now - seen.answeredAt)
    seen.answeredAt = now
    seen.inARow++
  }
  async function askOn(): Promise<void> {
    for (; !isOver; await setTimeout(EVERY)) await ask()
  }

  const asking = askOn()
  await setTimeout(CALM * EVERY)
  await strike(redis)
  seen.inARow = 0
  await until(async () => seen.inARow >= CALM && (fault === SMOOTH || seen.refused > 0), EVERY)
  isOver = true
  await asking
  await ta.close()
  return [fault, `${(seen.longest / 1000).toFixed(1)} s`, number(seen.refused)]
}
