#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** The admin server as a process: read the configuration, start, and close when told to. */
import { pino } from 'pino'
import { readServerConfig } from '#server/env.ts'
import { startAdminServer } from '#server/start.ts'
import { sentenceOf } from '#server/start-failure.ts'

/** Milliseconds for requests and jobs under way to finish after a signal. */
const CLOSE_TIMEOUT_MS = 15_000

try {
  const config = readServerConfig()
  const log = pino({ level: config.logLevel })
  const server = await startAdminServer(config, log)
  log.info({ entityId: config.entityId }, 'the admin server is ready')
  const close = () => {
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    server.close().then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'closing failed')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', close)
  process.once('SIGINT', close)
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exit(1)
}
