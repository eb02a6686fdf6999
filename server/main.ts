#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** Runs the admin server as a process: read the configuration, start, close on a signal. */
import { readServerConfig } from '#server/config/config.ts'
import { closeOnSignals } from '#server/process/closing.ts'
import { createServerLog } from '#server/process/log.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

try {
  const config = readServerConfig()
  const log = createServerLog(config.logLevel)
  // Loading it takes a second, which a wrong variable does not wait for.
  const { startAdminServer } = await import('#server/process/start.ts')
  const server = await startAdminServer(config, log)
  log.info({ entityId: config.entityId }, 'the admin server is ready')
  closeOnSignals(log, server.close)
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exit(1)
}
