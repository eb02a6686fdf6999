#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** Runs a worker as a process: it executes runs and schedules for admin servers with WORKER=external. */
import { readServerConfig } from '#server/config/config.ts'
import { closeOnSignals } from '#server/process/closing.ts'
import { createServerLog } from '#server/process/log.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

try {
  const config = readServerConfig()
  const log = createServerLog(config.logLevel)
  // A wrong variable does not wait until everything is loaded.
  const { startBackend } = await import('#server/process/backend.ts')
  const { offerMetrics } = await import('#server/metrics/observer.ts')
  const backend = await startBackend(config, log, { isWorker: true })
  // Redis may be away for a while: runs continue, and their changes are published later.
  const isWell = () =>
    backend.db.$queryRaw`SELECT 1`.then(
      () => true,
      () => false,
    )
  const metrics = await offerMetrics(backend.observe, config, log, isWell)
  await backend.startWorkers()
  log.info({ entityId: config.entityId }, 'the worker is ready')
  closeOnSignals(log, async () => {
    await metrics.close()
    await backend.close()
  })
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exit(1)
}
