/** Starts a Redis with a replica, and a Sentinel that promotes the replica when the primary is unavailable. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { freePort } from '#test/helpers/port.ts'
import { killRedis, spawnRedis, type TestRedis } from '#test/helpers/redis.ts'
import { caughtUp, type Replicated } from '#test/helpers/replication.ts'
import { until } from '#test/helpers/until.ts'
import { patience } from './patience.ts'

/** Stop and pause apply to the first primary, which comes back as a replica. */
export async function startSentinelRedis(): Promise<TestRedis & Replicated> {
  const directory = await mkdtemp(join(tmpdir(), 'sentinel-'))
  const [first, second, sentinelPort] = [await freePort(), await freePort(), await freePort()]
  let primary = await spawnRedis(first, ['--dir', directory])
  const replica = await spawnRedis(second, ['--dir', directory, '--replicaof', '127.0.0.1', String(first)])
  const file = join(directory, 'sentinel.conf')
  await writeFile(file, sentinelSettings(sentinelPort, first))
  const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
  await replicated(sentinelPort, second)
  const url = `redis+sentinel://127.0.0.1:${sentinelPort}/mymaster`
  const client = connectRedis(url, { commandTimeout: 10_000 })
  await waitForRedis(client, 10_000)
  return {
    url,
    client,
    stop: () => killRedis(primary),
    async restart() {
      await killRedis(primary)
      primary = await spawnRedis(first, ['--dir', directory])
    },
    async replicated() {
      const nodes = [new Redis(first), new Redis(second)] as const
      await caughtUp(...nodes)
      for (const node of nodes) node.disconnect()
    },
    pause: () => void primary.kill('SIGSTOP'),
    resume: () => void primary.kill('SIGCONT'),
    async close() {
      client.disconnect()
      await Promise.all([primary, replica, sentinel].map(killRedis))
      await rm(directory, { recursive: true })
    },
  }
}

function sentinelSettings(port: number, primary: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor mymaster 127.0.0.1 ${primary} 1`,
    'sentinel down-after-milliseconds mymaster 500',
    'sentinel failover-timeout mymaster 3000',
    '',
  ].join('\n')
}

/** Waits until the replica is complete and known to the Sentinel: a takeover needs both. */
async function replicated(sentinelPort: number, replicaPort: number): Promise<void> {
  const [sentinel, replica] = [new Redis(sentinelPort), new Redis(replicaPort)]
  sentinel.on('error', () => {}) // it is still starting
  await until(async () => {
    const known = (await sentinel.call('SENTINEL', 'REPLICAS', 'mymaster')) as string[][]
    if (known.length === 0) throw new Error('the Sentinel knows of no replica yet')
    if (!(await replica.info('replication')).includes('master_link_status:up')) throw new Error('no link yet')
  }, patience)
  sentinel.disconnect()
  replica.disconnect()
}
