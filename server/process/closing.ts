/** Shuts down gracefully on a signal, with a hard limit below the supervisor's kill timeout. */
import type { FastifyBaseLogger } from 'fastify'

/** Milliseconds for running requests and jobs to finish after a signal. */
const CLOSE_TIMEOUT_MS = 15_000

export function closeOnSignals(log: FastifyBaseLogger, close: () => Promise<void>): void {
  const end = () => {
    log.info('closing: waiting for running requests and jobs')
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    close().then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'closing failed')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  // Service managers send it after a change of keys, which are read automatically. Node would exit.
  process.on('SIGHUP', () => {})
}
