/** Starts every part of the product in this process, for `npm start`: database, Redis, both servers, first administrator. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import pretty from 'pino-pretty'
import type { FederationConfig } from '#federation/config/config.ts'
import { keepExported } from '#federation/export/run.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { combineRegistries, createRegistry, serveMetrics } from '#federation/metrics/registry.ts'
import { listenOrExplain } from '#federation/process/start-error.ts'
import { type ProcessConfig, startFederationServer } from '#federation/start.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import type { ServerConfig } from '#server/config/config.ts'
import type { EmbeddedConfig } from '#server/config/embedded.ts'
import type { DataDirectory } from '#server/embedded/data-directory.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { startEmbeddedRedis } from '#server/embedded/redis.ts'
import { copyTemplate } from '#server/embedded/template.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { cliCaller, jobCaller } from '#server/identity/caller.ts'
import { createServerLog } from '#server/process/log.ts'
import { type AdminServer, startAdminServer } from '#server/process/start.ts'
import { PUBLICATION_PATIENCE_MS } from '#server/publish/publisher.ts'
import { connectRedis } from '#store/connect.ts'

export const ADMINISTRATOR = 'admin'

export type Configured = {
  embedded: EmbeddedConfig
  data: DataDirectory
  server: ServerConfig
  federation: FederationConfig
  /** Whether the console will be there later. */
  isConsoleBeingBuilt: () => boolean
}

/** What runs, for the banner. `password`: of the administrator just created; null if one exists. */
export type Evaluation = { password: string | null; database: string; redis: string }

/** `closers` gets what ends each part, also when a later one cannot be started. */
export async function startEvaluation(
  { embedded, data, server, federation: { metricsPort, ...others }, isConsoleBeingBuilt }: Configured,
  closers: (() => Promise<void>)[],
): Promise<Evaluation> {
  if (embedded.isDatabaseEmbedded) await copyTemplate(data.database)
  const database = embedded.isDatabaseEmbedded ? await startEmbeddedDatabase(data.database) : null
  if (database) closers.push(database.close)
  const redis = embedded.isRedisEmbedded ? await startEmbeddedRedis() : null
  if (redis) closers.push(redis.close)
  const config = database ? { ...server, databaseUrl: database.url } : server
  const log = createServerLog(config.logLevel, pretty({ sync: true, ignore: 'pid,hostname' }))

  const connect = redis?.connect ?? (() => connectRedis(config.redisUrl, { commandTimeout: 30_000 }))
  const admin = await startAdminServer(config, log, { connectRedis: connect, isConsoleBeingBuilt })
  closers.push(admin.close)
  const anchors = admin.anchors.list().flatMap(({ running }) => running ?? [])
  // No other process uses this database: a remaining publisher's lease belongs to a killed process.
  if (database)
    for (const { db } of anchors) await db.publisherLease.updateMany({ data: { expiresAt: new Date(0) } })
  // Before the federation server, which would say that nothing is published.
  await Promise.all(
    anchors.map(({ publisher }) => (redis ? publisher.rebuild() : publisher.flush(PUBLICATION_PATIENCE_MS))),
  )
  const client = connect()
  closers.push(async () => client.disconnect())
  const registry = metricsPort === undefined ? null : createRegistry()
  const federationConfig = { ...others, metricsPort: undefined }
  const federation = await startFederationServer(federationConfig, {
    redis: client,
    logger: log,
    ...(registry ? { registry } : {}),
  })
  closers.push(federation.close)
  if (registry) {
    const place = { host: embedded.host, port: metricsPort ?? 0 }
    const parts = combineRegistries({ ta: registry, admin: admin.observe.registry })
    const metrics = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
      serveMetrics(parts, place),
    )
    closers.push(metrics.close)
  }
  closers.push(writeFiles(federationConfig, client, log))
  const password = await ensureAdministrator(admin)
  const { databaseUrl, authSecret } = config
  await data.announce({ databaseUrl, authSecret, ...(redis ? { redisSocket: redis.socket } : {}) })
  if (redis) await Promise.all(anchors.map(fillCollection))
  return {
    password,
    database: database ? `embedded PGlite in ${data.database}` : 'PostgreSQL at DATABASE_URL',
    redis: redis?.description ?? 'Redis at REDIS_URL',
  }
}

/** As `ta` does; returns what ends it. */
function writeFiles(config: ProcessConfig, redis: Redis, log: Logger): () => Promise<void> {
  const stopped = new AbortController()
  const { signal } = stopped
  const { exportFolder: folder } = config
  if (folder === undefined) return async () => {}
  const stores = createKeyStores(config)
  const ended = keepExported({ config, folder, withOthers: false, redis, stores, log, signal })
    .catch((err: unknown) => log.error({ err }, 'The export cannot be written'))
    .finally(stores.close)
  return () => {
    stopped.abort()
    return ended
  }
}

/** The password of the first administrator, shown once; null if there are users. */
async function ensureAdministrator(admin: AdminServer): Promise<string | null> {
  if ((await admin.db.user.count()) > 0) return null
  const password = randomBytes(12).toString('base64url')
  const account = { username: ADMINISTRATOR, password, role: 'admin', name: 'Administrator' } as const
  await createAccounts(admin).createUser(cliCaller('start'), { ...account, passwordChange: 'ASKED' })
  return password
}

/** Crawls now, because the embedded Redis starts empty and the schedule is due only later. */
async function fillCollection({ runs }: Pick<AdminServer, 'runs'>): Promise<void> {
  try {
    await runs.start(jobCaller('start'), 'COLLECTION')
  } catch (error) {
    if (!(error instanceof OperationError)) throw error // a process that was killed a moment ago still counts as running
  }
}
