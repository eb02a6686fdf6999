#!/usr/bin/env node
/** Runs the federation server in one or several processes: read the configuration, start, close on a signal. */
import cluster from 'node:cluster'
import type { FastifyBaseLogger } from 'fastify'
import { type FederationConfig, readConfig } from './config/config.ts'
import { ConfigurationError } from './config/error.ts'
import { startExporter } from './process/exporter.ts'
import { limitGarbage } from './process/heap.ts'
import { createLog } from './process/log.ts'
import { createSharedRegistry, startProcesses } from './process/processes.ts'
import { StartError } from './process/start-error.ts'
import type { FederationServer, Overrides } from './start.ts'

/** Milliseconds for pending requests to finish after a signal. */
const CLOSE_TIMEOUT_MS = 15_000

limitGarbage()

// Service managers send it after a change of keys or certificates, which are read automatically. Node would exit.
process.on('SIGHUP', () => {})

try {
  await start(readConfig())
} catch (error) {
  if (!(error instanceof ConfigurationError || error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
  if (cluster.isWorker) process.exit() // the channel to the primary process would keep it running
}

async function start(config: FederationConfig): Promise<void> {
  if (cluster.isWorker) {
    const registry = createSharedRegistry()
    const server = await serve({ ...config, metricsPort: undefined }, { registry })
    closeOnSignals(server.app.log, () => server.close().finally(() => cluster.worker?.disconnect()))
  } else if (config.processes > 1) {
    const log = createLog({ level: config.logLevel })
    const close = await startProcesses(config, log)
    if (close) closeWithExporter(config, log, close)
    else process.exitCode = 1
  } else {
    const server = await serve(config)
    closeWithExporter(config, server.app.log, server.close)
  }
}

/** One process writes the files of all. */
function closeWithExporter(
  { exportFolder: folder }: FederationConfig,
  log: FastifyBaseLogger,
  close: () => Promise<void>,
): void {
  const end = folder === undefined ? undefined : startExporter(folder, log)
  closeOnSignals(log, async () => void (await Promise.all([close(), end?.()])))
}

/** Loads the server, which neither a wrong variable nor the process that watches over others needs. */
async function serve(config: FederationConfig, overrides?: Overrides): Promise<FederationServer> {
  const { startFederationServer } = await import('./start.ts')
  return startFederationServer(config, overrides)
}

function closeOnSignals(log: FastifyBaseLogger, close: () => Promise<void>): void {
  let isClosing = false
  const end = () => {
    if (isClosing) return // a worker may get the signal from the terminal and from the primary process
    isClosing = true
    log.info('Closing after pending requests finish')
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    close().catch((error: unknown) => {
      log.error({ err: error }, 'Closing failed')
      process.exitCode = 1
    })
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}
