/** Builds the federation server from its configuration and starts it. */
import { Server as TlsServer } from 'node:tls'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { createChangeChannels } from '#store/change.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { KeyFileError } from '#store/key-directory.ts'
import { installFront } from './anchors/front.ts'
import { type Hosting, hostAnchors } from './anchors/host.ts'
import { openKeys } from './anchors/keys.ts'
import { openAnchor } from './anchors/open.ts'
import type { FederationConfig } from './config/config.ts'
import { createKeyStores } from './key-store/stores.ts'
import { createRegistry, type MetricsServer, type ProcessRegistry, serveMetrics } from './metrics/registry.ts'
import { observeManifests } from './metrics/state.ts'
import { openCertificate } from './process/certificate.ts'
import { listen } from './process/listen.ts'
import { createLog } from './process/log.ts'
import { listenOrExplain, StartError } from './process/start-error.ts'

export type Overrides = {
  /** A connection that the caller closes. */
  redis?: Redis
  logger?: FastifyBaseLogger
  /** For metrics that the caller serves. */
  registry?: ProcessRegistry
  /** Milliseconds. */
  waits?: Partial<typeof defaultWaits>
}

export type FederationServer = {
  /** Of the first anchor, whose server listens for all. */
  app: FastifyInstance
  url: string
  /** Undefined if metrics are off. */
  metricsUrl: string | undefined
  /** Stops listening, finishes pending requests, then closes every connection. */
  close(): Promise<void>
}

/** Milliseconds to wait for Redis at start, and between reads of key and certificate files and of the registry. */
const defaultWaits = { redis: 2_000, keys: 2_000, anchors: 1_000 }

/** The configuration of one process. */
export type ProcessConfig = Omit<FederationConfig, 'processes'>

/** @throws StartError when a key, a certificate or the port is not usable */
export async function startFederationServer(
  config: ProcessConfig,
  overrides: Overrides = {},
): Promise<FederationServer> {
  const { entityId, host, port, trustedProxies } = config
  const logger: FastifyBaseLogger = overrides.logger ?? createLog({ level: config.logLevel })
  const waits = { ...defaultWaits, ...overrides.waits }
  const registry = overrides.registry ?? (config.metricsPort === undefined ? undefined : createRegistry())
  /** In the order of closing. */
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const each of closers.splice(0)) await each()
  }
  try {
    const stores = createKeyStores(config)
    closers.unshift(stores.close)
    const keys = await openKeys(config, logger, waits.keys, stores).catch(explain)
    closers.unshift(keys.close)
    const certificate = config.tls && (await openCertificate(config.tls, logger, waits.keys))
    closers.unshift(() => certificate?.close())
    const redis = overrides.redis ?? connect(config, logger)
    if (!overrides.redis) closers.unshift(() => redis.disconnect())
    const metrics = overrides.registry ? undefined : await openMetrics(config, logger, registry)
    closers.unshift(() => metrics?.close())

    if (registry && config.exportFolder !== undefined)
      observeManifests(registry, { config, redis, anchors: async () => [FIRST_ANCHOR] })

    const tls = certificate?.initial
    const shared = { config, stores, redis, tls, changes: createChangeChannels(redis), hosted: new Map() }
    const first = openAnchor(
      {
        entityId,
        isFirst: true,
        prefix: config.redisKeyPrefix,
        keys,
        logger,
        registry,
        bridgesOutages: true,
      },
      shared,
    )
    let hosting: Hosting | undefined
    closers.unshift(() => Promise.all([first.close(), hosting?.close()]))
    const { app } = first
    certificate?.follow((changed) => app.server instanceof TlsServer && app.server.setSecureContext(changed))

    if (!overrides.redis) await waitOrReport(redis, logger, waits.redis)
    const front = await installFront({ entityId, app }, { tls, trustedProxies })
    hosting = await hostAnchors({ place: config, front, shared, logger, registry, waits })
    const url = await listenOrExplain({ host, port, variable: 'PORT' }, () => listen(app, { host, port }))
    return { app, url, metricsUrl: metrics?.url, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openMetrics(
  { host, metricsPort: port }: ProcessConfig,
  logger: FastifyBaseLogger,
  registry: ProcessRegistry | undefined,
): Promise<MetricsServer | undefined> {
  if (!registry || port === undefined) return undefined
  const place = { host, port }
  const server = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
    serveMetrics(registry, place),
  )
  logger.info({ url: server.url }, 'Serving metrics')
  return server
}

function explain(error: unknown): never {
  throw error instanceof KeyFileError ? new StartError(error.message, { cause: error }) : error
}

function connect({ redisUrl }: ProcessConfig, logger: FastifyBaseLogger): Redis {
  return connectRedis(redisUrl, {
    onError: (error) => logger.warn({ err: error }, 'Lost the connection to Redis'),
  })
}

/** Starts even when Redis is down: the endpoints answer 503 and recover automatically. */
async function waitOrReport(redis: Redis, logger: FastifyBaseLogger, waitMs: number): Promise<void> {
  await waitForRedis(redis, waitMs).catch((error: unknown) =>
    logger.error({ err: error }, 'Starting without Redis'),
  )
}
