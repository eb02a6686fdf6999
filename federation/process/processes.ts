/**
 * Runs several processes on one port. The primary process starts the workers, replaces one that exits, and serves
 * their combined metrics.
 */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AggregatorRegistry, Registry } from 'prom-client'
import type { FederationConfig } from '../config/config.ts'
import { createRegistry, type ProcessRegistry, serveMetrics } from '../metrics/registry.ts'
import { listenOrExplain } from './start-error.ts'

/** Milliseconds before a replacement, so that a worker that fails at start does not use all CPU time. */
const PAUSE_MS = 1_000

type Config = Pick<FederationConfig, 'processes' | 'host' | 'metricsPort'>

/**
 * Starts the workers from the primary process. Returns a function that closes them gracefully, or null if they cannot
 * start; the workers report the reason.
 */
export async function startProcesses(
  { processes, host, metricsPort }: Config,
  log: Logger,
): Promise<(() => Promise<void>) | null> {
  const totals = new AggregatorRegistry()
  let isClosing = false

  /** False if the worker exited before it served. */
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
      log.error({ code, signal }, 'A worker process exited. Starting a replacement.')
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

  // Start one worker first, so that a configuration error is reported once.
  if (!(await start())) return null
  const others = await Promise.all(Array.from({ length: processes - 1 }, start))
  if (others.includes(false)) {
    await closeAll()
    return null
  }
  if (metricsPort === undefined) return closeAll
  const source = { contentType: Registry.PROMETHEUS_CONTENT_TYPE, metrics: () => totals.clusterMetrics() }
  const place = { host, port: metricsPort }
  const metrics = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
    serveMetrics(source, place),
  ).catch(async (error: unknown) => {
    await closeAll()
    throw error
  })
  log.info({ url: metrics.url }, 'Serving metrics')
  return async () => {
    await closeAll()
    await metrics.close()
  }
}

/** Creates the registry of a worker, whose metrics the primary process collects. */
export function createSharedRegistry(): ProcessRegistry {
  const registry = createRegistry()
  AggregatorRegistry.setRegistries(registry)
  new AggregatorRegistry() // registers the listener for the primary's requests
  return registry
}
