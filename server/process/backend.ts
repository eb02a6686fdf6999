/** Creates the parts that the admin server and a worker share: connections, services, publisher, queue of runs. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { createFetcher } from '#fetcher/fetcher.ts'
import type { FetchLimits } from '#fetcher/limits.ts'
import { migrate } from '#prisma/migrate.ts'
import { type Clock, systemClock } from '#server/clock.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { connectDatabase, createPool } from '#server/database/client.ts'
import { openQueue } from '#server/jobs/queue.ts'
import { createRuns } from '#server/jobs/runs.ts'
import { createScheduleChanges } from '#server/jobs/schedule-changes.ts'
import type { ScheduleContext } from '#server/jobs/schedules.ts'
import { ensureSchedules } from '#server/jobs/scheduling.ts'
import { startWorker } from '#server/jobs/worker.ts'
import { createEvents } from '#server/live/events.ts'
import { createObserver } from '#server/metrics/observer.ts'
import { startPublisher } from '#server/publish/publisher.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { createServices } from '#server/services/index.ts'
import { connectRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { createReader } from '#store/reader.ts'

/** A rebuild swaps many keys in one transaction, which may take longer than a reader would wait. */
const WRITER_TIMEOUT_MS = 30_000

export type Backend = Awaited<ReturnType<typeof startBackend>>

type BackendConfig = Pick<
  ServerConfig,
  | 'databaseUrl'
  | 'redisUrl'
  | 'redisKeyPrefix'
  | 'keysDirectory'
  | 'historicalKeysDirectory'
  | 'entityId'
  | 'allowHttp'
>

type BackendOptions = {
  /** Whether this process executes runs. */
  isWorker: boolean
  connectRedis?: () => Redis
  fetchLimits?: Partial<FetchLimits>
  now?: Clock
}

/** Migrates and connects. @throws an error whose message is one clear sentence */
export async function startBackend(
  config: BackendConfig,
  log: FastifyBaseLogger,
  { isWorker, now = systemClock, ...overrides }: BackendOptions,
) {
  const observe = createObserver(now)
  const applied = await migrate(config.databaseUrl)
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')
  const signingKeys = observe.signingKeys(
    await openSigningKeys({
      directory: config.keysDirectory,
      historicalDirectory: config.historicalKeysDirectory,
      onError: (err) => log.error({ err }, 'the key directory is not usable; the previous keys stay in use'),
    }),
  )
  const connect =
    overrides.connectRedis ?? (() => connectRedis(config.redisUrl, { commandTimeout: WRITER_TIMEOUT_MS }))
  const redis = connect()
  const subscriber = connect()
  const pool = createPool(config.databaseUrl)
  const db = connectDatabase(pool)
  const { entityId, allowHttp, redisKeyPrefix } = config
  const fetcher = observe.fetcher(createFetcher({ allowHttp, limits: overrides.fetchLimits ?? {} }))
  const publishing = { db, redis, keys: redisKeys(redisKeyPrefix), entityId, signingKeys, now }
  const publisher = startPublisher(publishing, log, observe.publication)
  const events = createEvents(redis, subscriber, redisKeyPrefix)
  const reader = createReader({ redis, prefix: redisKeyPrefix })
  const deps = { reader, db, entityId, allowHttp, fetcher, signingKeys, publishing, publisher, events, now }
  const services = createServices(deps)
  const queue = await openQueue(config.databaseUrl, log, { isWorker })
  await ensureSchedules(db, queue.boss)
  const runs = createRuns({ db, queue, events, log, now })
  observe.state({ db, queue, pool, reader, signingKeys })

  await services.signingKeys.follow() // the directory may have changed while no process ran
  signingKeys.onChange(() => {
    services.signingKeys.follow().catch((err) => log.error({ err }, 'changed keys are not published yet'))
  })

  // Items do not wait for publication; the run waits once, at its end.
  const behind = { ...publisher, flush: async () => void publisher.flush() }
  const jobContext: ScheduleContext = {
    ...deps,
    services: createServices({ ...deps, publisher: behind }),
    redisKeyPrefix,
    runs,
    observe: observe.jobs,
  }

  return {
    ...deps,
    observe,
    services,
    queue,
    runs,
    scheduleChanges: createScheduleChanges(db, queue),
    jobContext,
    startWorker({ keepsSchedules } = { keepsSchedules: true }) {
      return startWorker({ queue, events, log, context: jobContext, keepsSchedules })
    },
    /** Close the users of the backend first, or running requests and jobs fail. */
    async close() {
      runs.close()
      await queue.close()
      await publisher.stop()
      signingKeys.close()
      reader.close()
      await fetcher.close()
      await db.$disconnect()
      redis.disconnect()
      subscriber.disconnect()
    },
  }
}
