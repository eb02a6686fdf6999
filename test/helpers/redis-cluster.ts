/** A Redis Cluster of three nodes, with a replica of the one that holds our keys. */
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { freePort, killRedis, spawnRedis, type TestRedis } from '#test/helpers/redis.ts'

export const PREFIX = '{inmor}'

export type TestCluster = TestRedis & {
  /** Moves the slot of our keys from the node that holds it to another, key by key. */
  moveKeys(): Promise<void>
}

type Node = { port: number; busPort: number; process: ChildProcess; client: Redis; id: string }

const SLOTS = 16_384
const WITHIN = { timeout: 30_000, interval: 50 }

/** To stop or to pause it means the node that holds our keys at the start. */
export async function startCluster(): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'cluster-'))
  const nodes = await Promise.all([1, 2, 3, 4].map(() => startNode(directory)))
  const [first, second, third, replica] = nodes as [Node, Node, Node, Node] // four were started
  const primaries = [first, second, third]
  for (const node of nodes.slice(1))
    await first.client.cluster('MEET', '127.0.0.1', node.port, node.busPort as never)
  for (const [at, { client }] of primaries.entries()) {
    const [from, to] = [Math.ceil((at * SLOTS) / 3), Math.ceil(((at + 1) * SLOTS) / 3) - 1]
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
  }
  await everyNode(nodes, async ({ client }) => (await client.cluster('INFO')).includes('cluster_state:ok'))
  const slot = await first.client.cluster('KEYSLOT', PREFIX)
  const holder = primaries[Math.floor((slot * 3) / SLOTS)] ?? first
  await replica.client.cluster('REPLICATE', holder.id)
  await everyNode([replica], async ({ client }) =>
    (await client.info('replication')).includes('master_link_status:up'),
  )
  const url = `redis+cluster://127.0.0.1:${first.port},127.0.0.1:${second.port},127.0.0.1:${third.port}`
  const client = connectRedis(url, { commandTimeout: 10_000 })
  await waitForRedis(client, 10_000)
  return {
    url,
    client,
    stop: () => killRedis(holder.process),
    async restart() {
      await killRedis(holder.process)
      holder.process = await spawnNode(directory, holder.port, holder.busPort)
    },
    pause: () => void holder.process.kill('SIGSTOP'),
    resume: () => void holder.process.kill('SIGCONT'),
    moveKeys: () => moveSlot(slot, holder, primaries.find((node) => node !== holder) ?? first, primaries),
    async close() {
      client.disconnect()
      for (const node of nodes) node.client.disconnect()
      await Promise.all(nodes.map(({ process }) => killRedis(process)))
      await rm(directory, { recursive: true })
    },
  }
}

async function startNode(directory: string): Promise<Node> {
  const [port, busPort] = [await freePort(), await freePort()]
  const process = await spawnNode(directory, port, busPort)
  const client = new Redis(port)
  client.on('error', () => {}) // it is stopped by the tests
  return { port, busPort, process, client, id: await client.cluster('MYID') }
}

function spawnNode(directory: string, port: number, busPort: number): Promise<ChildProcess> {
  const settings = {
    '--dir': directory,
    '--cluster-enabled': 'yes',
    '--cluster-port': String(busPort),
    '--cluster-config-file': `nodes-${port}.conf`,
    '--cluster-node-timeout': '1000',
    '--cluster-allow-replica-migration': 'no',
  }
  return spawnRedis(port, Object.entries(settings).flat())
}

async function everyNode(nodes: readonly Node[], holds: (node: Node) => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => {
    for (const node of nodes) if (!(await holds(node))) throw new Error(`${node.port} is not ready yet`)
  }, WITHIN)
}

/** As `redis-cli --cluster reshard` does it. */
async function moveSlot(slot: number, from: Node, to: Node, primaries: readonly Node[]): Promise<void> {
  await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id)
  await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id)
  for (;;) {
    const names = await from.client.cluster('GETKEYSINSLOT', slot, 1)
    if (names.length === 0) break
    await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...names)
  }
  for (const { client } of [to, from, ...primaries]) await client.cluster('SETSLOT', slot, 'NODE', to.id)
}
