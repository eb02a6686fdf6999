/** Puts the admin server together from its configuration and starts it. */
import { fileURLToPath } from 'node:url'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { createFetcher } from '#fetcher/fetcher.ts'
import type { FetchLimits } from '#fetcher/limits.ts'
import { migrate } from '#prisma/migrate.ts'
import { buildApp } from '#server/app.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { type Auth, createAuth } from '#server/auth/auth.ts'
import { createOwnAccount } from '#server/auth/own-account.ts'
import { connectDatabase, type Database } from '#server/database.ts'
import type { ServerConfig } from '#server/env.ts'
import { createEvents } from '#server/events.ts'
import { createRuns, type Runs } from '#server/jobs/runs.ts'
import { startSchedule } from '#server/jobs/schedule.ts'
import { type Publisher, startPublisher } from '#server/publish/publisher.ts'
import { createServices, type Services } from '#server/services/index.ts'
import { openSigningKeys } from '#server/signing-keys.ts'
import { connectRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { createReader } from '#store/reader.ts'
import packageJson from '../package.json' with { type: 'json' }

const CONSOLE_ROOT = fileURLToPath(new URL('../web/build', import.meta.url))
/** Milliseconds for requests under way to finish when the server closes. */
const CLOSE_GRACE_MS = 5_000
/** A rebuild swaps many keys in one transaction, which may take longer than a reader would wait. */
const WRITER_TIMEOUT_MS = 30_000

export type AdminServer = {
  app: FastifyInstance
  db: Database
  auth: Auth
  services: Services
  publisher: Publisher
  runs: Runs
  close(): Promise<void>
}

/** Where the parts come from when not from the configured URLs. */
export type Overrides = {
  connectRedis?: () => Redis
  consoleRoot?: string
  fetchLimits?: Partial<FetchLimits>
}

/** Migrates, connects, listens. @throws an error whose message is one clear sentence */
export async function startAdminServer(
  config: ServerConfig,
  log: FastifyBaseLogger,
  overrides: Overrides = {},
): Promise<AdminServer> {
  const applied = await migrate(config.databaseUrl)
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')

  const signingKeys = await openSigningKeys({
    directory: config.keysDirectory,
    historicalDirectory: config.historicalKeysDirectory,
    onError: (err) =>
      log.error({ err }, 'the key directory cannot be used; the keys read before stay in force'),
  })
  const connect =
    overrides.connectRedis ?? (() => connectRedis(config.redisUrl, { commandTimeout: WRITER_TIMEOUT_MS }))
  const [redis, subscriber] = [connect(), connect()]
  const db = connectDatabase(config.databaseUrl)
  const fetcher = createFetcher({ allowHttp: config.allowHttp, limits: overrides.fetchLimits ?? {} })
  const auth = createAuth(db, config)
  const { entityId, allowHttp } = config
  const publishing = { db, redis, keys: redisKeys(config.redisKeyPrefix), entityId, signingKeys }
  const publisher = startPublisher(publishing, log)
  const events = createEvents(redis, subscriber, config.redisKeyPrefix)
  const reader = createReader({ redis, prefix: config.redisKeyPrefix })
  const deps = { reader, db, entityId, allowHttp, fetcher, signingKeys, publishing, publisher, events }
  const services = createServices(deps)
  const runs = createRuns({ ...deps, services, redisKeyPrefix: config.redisKeyPrefix }, events, log)
  const app = await buildApp({
    ...deps,
    services,
    auth,
    accounts: createAccounts(db, auth),
    ownAccount: createOwnAccount(db, auth),
    runs,
    log,
    version: packageJson.version,
    trustedOrigins: config.trustedOrigins,
    secondFactorRoles: config.secondFactorRoles,
    trustedProxies: config.trustedProxies,
    consoleRoot: overrides.consoleRoot ?? CONSOLE_ROOT,
  })

  await services.signingKeys.follow() // the directory may have changed while nobody looked
  signingKeys.onChange(() => {
    services.signingKeys.follow().catch((err) => log.error({ err }, 'changed keys are not published yet'))
  })
  const schedule = await startSchedule(config.databaseUrl, { db, services, publisher, publishing, runs }, log)

  const close = async () => {
    // Requests under way may finish; a connection that somebody keeps open must not keep us.
    const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
    await app.close()
    clearTimeout(cutOff)
    await schedule.stop()
    await runs.close()
    await publisher.stop()
    signingKeys.close()
    reader.close()
    await fetcher.close()
    await db.$disconnect()
    redis.disconnect()
    subscriber.disconnect()
  }
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await close()
    throw error
  }
  return { app, db, auth, services, publisher, runs, close }
}
