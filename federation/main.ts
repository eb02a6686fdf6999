#!/usr/bin/env node
/** The federation server as a process: read the configuration, start, and close when told to. */
import { ConfigError, readConfig } from './env.ts'
import { startFederationServer } from './start.ts'
import { StartError } from './start-error.ts'

/** Milliseconds for requests under way to finish after a signal. */
const CLOSE_TIMEOUT_MS = 15_000

try {
  const server = await startFederationServer(readConfig())
  const close = () => {
    server.app.log.info('closing: requests under way are finished first')
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    server.close().catch((error: unknown) => {
      server.app.log.error({ err: error }, 'closing failed')
      process.exitCode = 1
    })
  }
  process.once('SIGTERM', close)
  process.once('SIGINT', close)
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
