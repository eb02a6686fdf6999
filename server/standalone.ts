#!/usr/bin/env node
/**
 * `npm start`: the whole product in one process, for evaluation. Without DATABASE_URL and REDIS_URL, both are embedded,
 * with their data in DATA_DIR; the code behind them is the same.
 */
import { readConfig } from '#federation/config/config.ts'
import { readServerConfig } from '#server/config/config.ts'
import { readEmbeddedConfig } from '#server/config/embedded.ts'
import { banner } from '#server/embedded/banner.ts'
import { createConsoleBuild } from '#server/embedded/console-build.ts'
import { prepareDataDirectory } from '#server/embedded/data-directory.ts'
import { requireFreePorts } from '#server/embedded/port.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

/** Valid, and used for nothing. */
const NO_SECRET = '-'.repeat(64)

/** Closed in reverse order on a signal or a failed start. */
const closers: (() => Promise<void>)[] = []

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

async function start(): Promise<void> {
  const embedded = readEmbeddedConfig()
  const { host, adminPort, federationPort } = embedded
  await requireFreePorts({ variable: 'ADMIN_PORT', first: adminPort, host })
  await requireFreePorts({ variable: 'FEDERATION_PORT', first: federationPort, host })
  const read = (authSecret: string) => {
    const environment = { AUTH_SECRET: authSecret, ...embedded.environment }
    return {
      server: readServerConfig({ ...environment, PORT: String(adminPort), METRICS_PORT: '' }),
      federation: readConfig([], { ...environment, PORT: String(federationPort) }),
    }
  }
  // Before anything is written, so that an invalid variable changes nothing. The data directory has the secret.
  const { server: settings } = read(NO_SECRET)
  const data = await prepareDataDirectory(embedded.dataDirectory, settings)
  closers.push(data.release)
  const { server, federation } = read(data.authSecret)

  // Loading it takes a second, which a wrong variable does not wait for.
  const { ADMINISTRATOR, startEvaluation } = await import('#server/process/evaluation.ts')
  // Asked for by `npm start`; tests and `npm run dev` need no build.
  const consoleBuild = process.argv.includes('--build-console')
    ? createConsoleBuild((line) => process.stdout.write(`${line}\n`))
    : null
  const isConsoleBeingBuilt = consoleBuild?.isBeingBuilt ?? (() => false)
  const started = await startEvaluation({ embedded, data, server, federation, isConsoleBeingBuilt }, closers)
  process.stdout.write(
    banner({
      ...started,
      entityId: embedded.entityId,
      federationUrl: `http://localhost:${federationPort}`,
      adminUrl: server.adminUrl,
      isConsoleBeingBuilt: isConsoleBeingBuilt(),
      administrator: ADMINISTRATOR,
    }),
  )
  if (consoleBuild) {
    consoleBuild.start()
    closers.push(consoleBuild.close)
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
