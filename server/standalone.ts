#!/usr/bin/env node
/**
 * `npm start`: the whole product in one process, for evaluation. Without DATABASE_URL and REDIS_URL, both are embedded,
 * with their data in DATA_DIR; the code behind them is the same.
 */
import { randomBytes } from 'node:crypto'
import pretty from 'pino-pretty'
import { readConfig } from '#federation/config/config.ts'
import { combineRegistries, createRegistry, serveMetrics } from '#federation/metrics/registry.ts'
import { startFederationServer } from '#federation/start.ts'
import { listenOrExplain } from '#federation/start-error.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { readServerConfig } from '#server/config/config.ts'
import { readEmbeddedConfig } from '#server/config/embedded.ts'
import { banner } from '#server/embedded/banner.ts'
import { createConsoleBuild } from '#server/embedded/console-build.ts'
import { openDataDirectory } from '#server/embedded/data-directory.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { requireFreePorts } from '#server/embedded/port.ts'
import { startEmbeddedRedis } from '#server/embedded/redis.ts'
import { copyTemplate } from '#server/embedded/template.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { cliCaller, jobCaller } from '#server/identity/caller.ts'
import { createServerLog } from '#server/process/log.ts'
import { type AdminServer, startAdminServer } from '#server/process/start.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { connectRedis } from '#store/connect.ts'

const ADMINISTRATOR = 'admin'

/** Closed in reverse order on a signal or a failed start. */
const closers: (() => Promise<void>)[] = []

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

async function start(): Promise<void> {
  const { host, adminPort, federationPort, ...embedded } = readEmbeddedConfig()
  await requireFreePorts({ variable: 'ADMIN_PORT', first: adminPort, host })
  await requireFreePorts({ variable: 'FEDERATION_PORT', first: federationPort, host })
  const data = await openDataDirectory(embedded.dataDirectory)
  closers.push(data.release)

  // Read before anything is opened, so that an invalid variable changes nothing.
  const environment = { AUTH_SECRET: data.authSecret, ...embedded.environment }
  const configured = readServerConfig({ ...environment, PORT: String(adminPort), METRICS_PORT: '' })
  const { metricsPort, ...federationConfig } = readConfig([], {
    ...environment,
    PORT: String(federationPort),
  })

  if (embedded.isDatabaseEmbedded) await copyTemplate(data.database)
  const database = embedded.isDatabaseEmbedded ? await startEmbeddedDatabase(data.database) : null
  if (database) closers.push(database.close)
  const redis = embedded.isRedisEmbedded ? await startEmbeddedRedis() : null
  if (redis) closers.push(redis.close)
  const config = database ? { ...configured, databaseUrl: database.url } : configured
  const log = createServerLog(config.logLevel, pretty({ sync: true, ignore: 'pid,hostname' }))

  const connect = redis?.connect ?? (() => connectRedis(config.redisUrl, { commandTimeout: 30_000 }))
  // Asked for by `npm start`; tests and `npm run dev` need no build.
  const consoleBuild = process.argv.includes('--build-console')
    ? createConsoleBuild((line) => process.stdout.write(`${line}\n`))
    : null
  const admin = await startAdminServer(config, log, {
    connectRedis: connect,
    ...(consoleBuild ? { isConsoleBeingBuilt: consoleBuild.isBeingBuilt } : {}),
  })
  closers.push(admin.close)
  const anchors = admin.anchors.list().flatMap(({ running }) => running ?? [])
  // No other process uses this database: a remaining publisher's lease belongs to a killed process.
  if (database)
    for (const { db } of anchors) await db.publisherLease.updateMany({ data: { expiresAt: new Date(0) } })
  const client = connect()
  closers.push(async () => client.disconnect())
  const registry = metricsPort === undefined ? null : createRegistry()
  const federation = await startFederationServer(
    { ...federationConfig, metricsPort: undefined },
    { redis: client, logger: log, ...(registry ? { registry } : {}) },
  )
  closers.push(federation.close)
  if (registry) {
    const place = { host, port: metricsPort ?? 0 }
    const parts = combineRegistries({ ta: registry, admin: admin.observe.registry })
    const metrics = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
      serveMetrics(parts, place),
    )
    closers.push(metrics.close)
  }
  await Promise.all(anchors.map(({ publisher }) => (redis ? publisher.rebuild() : publisher.flush(10_000))))

  const password = await ensureAdministrator(admin)
  await data.announce({ databaseUrl: config.databaseUrl, authSecret: config.authSecret })
  if (redis) await Promise.all(anchors.map(fillCollection))
  process.stdout.write(
    banner({
      entityId: embedded.entityId,
      federationUrl: `http://localhost:${federationPort}`,
      adminUrl: config.adminUrl,
      isConsoleBeingBuilt: consoleBuild?.isBeingBuilt() ?? false,
      administrator: ADMINISTRATOR,
      password,
      database: database ? `embedded PGlite in ${data.database}` : 'PostgreSQL at DATABASE_URL',
      redis: redis?.description ?? 'Redis at REDIS_URL',
    }),
  )
  if (consoleBuild) {
    consoleBuild.start()
    closers.push(consoleBuild.close)
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

let ending: Promise<void> | undefined
function end(): void {
  ending ??= closeAll().finally(() => process.exit(0))
}

try {
  process.on('SIGTERM', end)
  process.on('SIGINT', () => (ending ? process.exit(1) : end())) // a second Ctrl-C does not wait for anything
  await start()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  await closeAll()
  process.exit(1)
}
