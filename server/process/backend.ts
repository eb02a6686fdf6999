/** Creates the parts that processes share: connections, and the anchors of the installation. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { createGate } from '#federation/gate.ts'
import type { KeyStoreSettings } from '#federation/key-store/stores.ts'
import type { FetchLimits } from '#fetcher/limits.ts'
import { migrate } from '#prisma/migrate.ts'
import type { Installation } from '#server/anchors/anchor.ts'
import { createAnchorChanges } from '#server/anchors/anchor-changes.ts'
import { openAnchors } from '#server/anchors/anchors.ts'
import { type Clock, systemClock } from '#server/clock.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { connectDatabase, createPool } from '#server/database/client.ts'
import type { Secrets } from '#server/database/sealed-text.ts'
import { openQueues } from '#server/jobs/queue.ts'
import { createMailOutbox, createSeal, type OutboxConfig } from '#server/mail/outbox.ts'
import { startMailSender } from '#server/mail/sender.ts'
import { createTransport } from '#server/mail/transport.ts'
import { createObserver } from '#server/metrics/observer.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { openWebhooks } from '#server/process/webhooks.ts'
import { openKeyStores } from '#server/publish/stored-keys.ts'
import { createProtectionService } from '#server/services/protection/protection.ts'
import { createChangeChannels } from '#store/change.ts'
import { connectRedis } from '#store/connect.ts'

/** A rebuild swaps many keys in one transaction, which may take longer than a reader would wait. */
const WRITER_TIMEOUT_MS = 30_000
/** For the queues of all anchors, whose queries are short. */
const QUEUE_CONNECTIONS = 4
/** Crawls at a time, and comparisons with Redis: each needs much memory. */
const LARGE_AT_A_TIME = 2

export type Backend = Awaited<ReturnType<typeof startBackend>>

type BackendConfig = Installation['config'] &
  KeyStoreSettings &
  Secrets &
  OutboxConfig &
  Pick<ServerConfig, 'databaseUrl' | 'redisUrl' | 'adminUrl' | 'secondFactorGroups'>

type BackendOptions = {
  /** Whether this process executes runs. */
  isWorker: boolean
  mayLackKeys?: boolean
  connectRedis?: () => Redis
  fetchLimits?: Partial<FetchLimits>
  now?: Clock
}

/** Migrates and connects. @throws an error whose message is one clear sentence */
async function connectBackend(
  config: BackendConfig,
  log: FastifyBaseLogger,
  { isWorker, mayLackKeys = false, now = systemClock, fetchLimits = {}, ...overrides }: BackendOptions,
) {
  await using opened = new AsyncDisposableStack()
  const applied = await migrate(config.databaseUrl)
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')
  const connect =
    overrides.connectRedis ?? (() => connectRedis(config.redisUrl, { commandTimeout: WRITER_TIMEOUT_MS }))
  const [redis, subscriber] = [connect(), connect()]
  for (const each of [redis, subscriber]) each.setMaxListeners(0) // each anchor listens
  opened.defer(() => {
    redis.disconnect()
    subscriber.disconnect()
  })
  const pool = createPool(config.databaseUrl)
  const queuePool = createPool(config.databaseUrl, { max: QUEUE_CONNECTIONS })
  queuePool.on('error', (err) => log.warn({ err }, 'job queue'))
  const db = connectDatabase(pool)
  opened.defer(async () => {
    await db.$disconnect()
    await Promise.all([pool.end(), queuePool.end()])
  })
  const observe = createObserver(now)
  observe.pool(pool)
  const keyStores = openKeyStores(config)
  opened.defer(keyStores.close)
  const queues = await openQueues(queuePool, log, { isWorker })
  opened.defer(queues.close)
  const owned = opened.move()
  const installation: Installation = {
    keyStores,
    ...{ config, db, pool, queues, redis, subscriber, observe, log, now, fetchLimits },
    ...{ isWorker, mayLackKeys },
    changes: createChangeChannels(redis),
    gate: createGate(LARGE_AT_A_TIME),
    mail: createMailOutbox(config, now),
  }
  return { ...installation, close: () => owned.disposeAsync() }
}

/** Connects, and starts every anchor. @throws as above */
export async function startBackend(...place: Parameters<typeof connectBackend>) {
  await using opened = new AsyncDisposableStack()
  const [config] = place
  const { close, ...installation } = await connectBackend(...place)
  opened.defer(close)
  const anchors = await openAnchors(installation, sentenceOf)
  opened.defer(anchors.close)
  installation.observe.messages(installation.db)
  const { webhooks, courier, ...sockets } = openWebhooks(place[0], installation, anchors)
  opened.defer(sockets.close)
  opened.defer(courier.close)
  const anchorChanges = createAnchorChanges(installation, anchors)
  const { secondFactorGroups } = config
  const protection = createProtectionService({ ...installation, secondFactorGroups })
  const installationChanges = { anchors: anchorChanges, webhooks, protection }
  const owned = opened.move()
  return {
    ...installation,
    ...{ anchors, anchorChanges, webhooks, protection },
    /** Executes runs from now on. */
    startRuns: (): Promise<void> => anchors.startWorkers({ keepsSchedules: false, installationChanges }),
    /** Starts everything that works without a request: runs, schedules, deliveries and e-mail. */
    async startWorkers(): Promise<void> {
      await anchors.startWorkers({ keepsSchedules: true, installationChanges })
      courier.start()
      const sender = startSender(config, installation)
      if (sender) owned.defer(sender.close)
    },
    /** Close the users of the backend first, or running requests fail. */
    close: () => owned.disposeAsync(),
  }
}

function startSender(config: BackendConfig, { db, now, log }: Installation) {
  if (!config.mail) return null
  const transport = createTransport(config.mail)
  const [domain = 'localhost'] = config.mail.from.address.split('@').slice(-1)
  return startMailSender({ db, transport, seal: createSeal(config), domain, now, log })
}
