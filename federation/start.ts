/** Builds the federation server from its configuration and starts it. */
import { Server as TlsServer } from 'node:tls'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Registry } from 'prom-client'
import { createFetcher } from '#fetcher/fetcher.ts'
import { createAnswerCache } from '#store/answer-cache.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { createCursorKey } from '#store/cursor-key.ts'
import { KeyFileError, readKeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'
import { createReader } from '#store/reader.ts'
import { createReplayGuard } from '#store/replay.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import packageJson from '../package.json' with { type: 'json' }
import { buildApp } from './app.ts'
import { openCertificate } from './certificate.ts'
import { createAuthMethods } from './client/auth-methods.ts'
import { createClientAuthenticator } from './client/authenticator.ts'
import type { FederationConfig } from './config/config.ts'
import { createLog } from './log.ts'
import { createObserver } from './metrics/observer.ts'
import { createResolver } from './resolver/resolver.ts'
import { isTrustedEntity } from './resolver/trusted-entity.ts'
import { listenOrExplain, StartError } from './start-error.ts'

export type Overrides = {
  /** A connection that the caller closes. */
  redis?: Redis
  logger?: FastifyBaseLogger
  /** For metrics that the caller serves. */
  registry?: Registry
  /** Milliseconds. */
  waits?: Partial<typeof defaultWaits>
}

export type FederationServer = {
  app: FastifyInstance
  url: string
  /** Undefined if metrics are off. */
  metricsUrl: string | undefined
  /** Stops listening, finishes pending requests, then closes every connection. */
  close(): Promise<void>
}

/** Milliseconds to wait for Redis at start, and between polls of key and certificate files. */
const defaultWaits = { redis: 2_000, keys: 2_000 }

/** The configuration of one process. */
type ProcessConfig = Omit<FederationConfig, 'processes'>

/** @throws StartError when a key, a certificate or the port is not usable */
export async function startFederationServer(
  config: ProcessConfig,
  overrides: Overrides = {},
): Promise<FederationServer> {
  const logger: FastifyBaseLogger = overrides.logger ?? createLog({ level: config.logLevel })
  const waits = { ...defaultWaits, ...overrides.waits }
  const observe = createObserver({ host: config.host, port: config.metricsPort }, overrides.registry)
  const files = await openKeys(config, logger, waits.keys)
  const keys = observe.keys(files.current)
  const certificate = config.tls && (await openCertificate(config.tls, logger, waits.keys))
  const redis = overrides.redis ?? (await openRedis(config, logger, waits.redis))
  const reader = createReader({ redis, prefix: config.redisKeyPrefix })
  const fetcher = observe.fetcher(
    createFetcher({
      allowHttp: config.allowHttp,
      userAgent: `inmor/${packageJson.version}`,
      portGuard: {
        ports: config.fetchPorts,
        isTrusted: (entity) => isTrustedEntity(entity, { reader }),
      },
    }),
  )
  const now = () => Math.floor(Date.now() / 1000)
  const { entityId, allowHttp, trustedProxies, resolveRateLimit, collectionRateLimit } = config
  const place = { redis, prefix: config.redisKeyPrefix }
  const common = { entityId, allowHttp, reader, keys, now }
  const finding = { ...common, fetcher, statements: observe.statements(createStatementCache(place)) }
  const resolver = createResolver({
    ...finding,
    answers: createAnswerCache(place),
    onLookup: observe.lookup,
  })
  const clients = createClientAuthenticator({ ...finding, replays: createReplayGuard(place) })
  const authMethods = createAuthMethods(reader)
  const app = buildApp(
    {
      ...common,
      resolver,
      clients,
      authMethods,
      cursorKey: createCursorKey({ ...place, reader }),
      version: packageJson.version,
    },
    {
      logger,
      trustedProxies,
      resolveRateLimit,
      collectionRateLimit,
      ...(certificate ? { tls: certificate.initial } : {}),
    },
  )
  certificate?.follow((changed) => app.server instanceof TlsServer && app.server.setSecureContext(changed))
  const release = async () => {
    files.close()
    certificate?.close()
    reader.close()
    await fetcher.close()
    if (!overrides.redis) redis.disconnect()
  }
  app.addHook('onClose', release)
  const { host, port, metricsPort } = config
  try {
    const metricsUrl = await listenOrExplain({ host, port: metricsPort, variable: 'METRICS_PORT' }, () =>
      observe.serve(app, common),
    )
    const url = await listenOrExplain({ host, port, variable: 'PORT' }, () => app.listen({ host, port }))
    return { app, url, metricsUrl, close: () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}

/** Reads the key directory, and again after each change. If a change is invalid, the previous keys stay in use. */
async function openKeys(config: ProcessConfig, logger: FastifyBaseLogger, intervalMs: number) {
  const { keysDirectory, historicalKeysDirectory: historicalDir } = config
  const read = () => readKeyDirectory(keysDirectory, { historicalDir })
  const reload = async () => {
    try {
      current = await read()
      logger.info({ kid: current.signer.kid, published: current.published.keys.length }, 'Reloaded the keys')
    } catch (error) {
      logger.error(
        { err: error },
        'The key directory changed but is not usable. The previous keys stay in use.',
      )
    }
  }
  const watch = watchKeyDirectory(keysDirectory, () => void reload(), { historicalDir, intervalMs })
  await watch.ready // before the first read, so that no change is missed
  let current = await read().catch((error: unknown) => {
    watch.close()
    throw error instanceof KeyFileError ? new StartError(error.message, { cause: error }) : error
  })
  return { current: () => current, close: watch.close }
}

/** Starts even when Redis is down: the endpoints answer 503 and recover automatically. */
async function openRedis(
  { redisUrl }: ProcessConfig,
  logger: FastifyBaseLogger,
  waitMs: number,
): Promise<Redis> {
  const redis = connectRedis(redisUrl, {
    onError: (error) => logger.warn({ err: error }, 'Lost the connection to Redis'),
  })
  await waitForRedis(redis, waitMs).catch((error: unknown) =>
    logger.error({ err: error }, 'Starting without Redis'),
  )
  return redis
}
