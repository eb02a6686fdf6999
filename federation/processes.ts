/**
 * Several processes on one port: the first only watches over the others, which share the port and serve. One that ends
 * unasked is replaced. Metrics are asked for at the first, which adds up what the others count.
 */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AggregatorRegistry, Registry } from 'prom-client'
import type { FederationConfig } from './env.ts'
import { createRegistry, serveMetrics } from './metrics/registry.ts'
import { listening } from './start-error.ts'

/** Milliseconds before one that ended is replaced, so that a fault at each start does not keep the machine busy. */
const PAUSE_MS = 1_000

type Config = Pick<FederationConfig, 'processes' | 'host' | 'metricsPort'>

/**
 * In the first process: resolves once all serve, with what ends them after their requests under way; null when they
 * cannot start, of which they have said why.
 */
export async function startProcesses(
  { processes, host, metricsPort }: Config,
  log: Logger,
): Promise<(() => Promise<void>) | null> {
  const totals = new AggregatorRegistry()
  let isClosing = false

  /** False when it ended before it served. */
  async function start(): Promise<boolean> {
    const worker = cluster.fork()
    const ended = once(worker, 'exit')
    const isServing = await Promise.race([
      once(worker, 'listening').then(() => true),
      ended.then(() => false),
    ])
    if (!isServing) return false
    void ended.then(([code, signal]) => {
      if (isClosing) return
      log.error({ code, signal }, 'a process ended by itself; another one takes its place')
      return replace()
    })
    return true
  }

  async function replace(): Promise<void> {
    do await setTimeout(PAUSE_MS)
    while (!(isClosing || (await start())))
  }

  async function closeAll(): Promise<void> {
    isClosing = true
    const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? [])
    const ends = workers.map((worker) => once(worker, 'exit'))
    for (const worker of workers) worker.process.kill('SIGTERM')
    await Promise.all(ends)
  }

  // The first one by itself: what keeps it from starting is said once.
  if (!(await start())) return null
  const others = await Promise.all(Array.from({ length: processes - 1 }, start))
  if (others.includes(false)) {
    await closeAll()
    return null
  }
  if (metricsPort === undefined) return closeAll
  const source = { contentType: Registry.PROMETHEUS_CONTENT_TYPE, metrics: () => totals.clusterMetrics() }
  const place = { host, port: metricsPort }
  const metrics = await listening({ ...place, variable: 'METRICS_PORT' }, () =>
    serveMetrics(source, place),
  ).catch(async (error: unknown) => {
    await closeAll()
    throw error
  })
  log.info({ url: metrics.url }, 'metrics are offered')
  return async () => {
    await closeAll()
    await metrics.close()
  }
}

/** In one of the others: metrics for the first one to ask for. */
export function createSharedRegistry(): Registry {
  const registry = createRegistry()
  AggregatorRegistry.setRegistries(registry)
  new AggregatorRegistry() // which makes it answer
  return registry
}
