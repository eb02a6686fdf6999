/** Ends a process in good order when it is told to, and in any case before whoever told it loses patience. */
import type { FastifyBaseLogger } from 'fastify'

/** Milliseconds for requests and jobs under way to finish after a signal. */
const CLOSE_TIMEOUT_MS = 15_000

export function closeOnSignals(log: FastifyBaseLogger, close: () => Promise<void>): void {
  const end = () => {
    log.info('closing: requests and jobs under way come to their end first')
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
}
