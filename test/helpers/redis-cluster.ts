/** Starts a Redis Cluster of three nodes, with a replica of the node with our keys. */
import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { freePort } from '#test/helpers/port.ts'
import { killRedis, spawnRedis, type TestRedis } from '#test/helpers/redis.ts'
import { caughtUp, type Replicated } from '#test/helpers/replication.ts'
import { until } from '#test/helpers/until.ts'
import { patience } from './patience.ts'

export const PREFIX = '{inmor}'

export type TestCluster = TestRedis &
  Replicated & {
    /** Moves the slots of the node that holds our keys to another node, as an operator would: `redis-cli --cluster reshard`. */
    moveKeys(): Promise<void>
  }

type Node = { port: number; busPort: number; process: ChildProcess; client: Redis; id: string }

const SLOTS = 16_384
/** The node with our keys has few other slots, so it can be emptied quickly. */
const OWN_SLOTS = 32

/** Stop and pause apply to the node that has our keys at the start. */
export async function startCluster(): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'cluster-'))
  const nodes = await Promise.all([1, 2, 3, 4].map(() => startNode(directory)))
  const [first, second, third, replica] = nodes as [Node, Node, Node, Node] // four were started
  for (const node of nodes.slice(1))
    await first.client.cluster('MEET', '127.0.0.1', node.port, node.busPort as never)
  const slot = await first.client.cluster('KEYSLOT', PREFIX)
  await first.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, slot - 1)
  await second.client.call('CLUSTER', 'ADDSLOTSRANGE', slot, slot + OWN_SLOTS - 1)
  await third.client.call('CLUSTER', 'ADDSLOTSRANGE', slot + OWN_SLOTS, SLOTS - 1)
  await everyNode(nodes, async ({ client }) => (await client.cluster('INFO')).includes('cluster_state:ok'))
  const holder = second
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
    replicated: () => caughtUp(holder.client, replica.client),
    moveKeys: () => reshard(holder, third),
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
  client.on('error', () => {}) // the tests stop it
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
  await until(async () => {
    for (const node of nodes) if (!(await holds(node))) throw new Error(`${node.port} is not ready yet`)
  }, patience)
}

/** It refuses until all nodes agree. */
function reshard(from: Node, to: Node): Promise<void> {
  const options = ['--cluster-from', from.id, '--cluster-to', to.id, '--cluster-slots', String(OWN_SLOTS)]
  const command = ['--cluster', 'reshard', `127.0.0.1:${from.port}`, ...options, '--cluster-yes']
  return until(async () => void (await promisify(execFile)('redis-cli', command)), patience)
}
