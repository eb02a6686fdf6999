/** Assembles and starts the admin server. */
import { fileURLToPath } from 'node:url'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { FetchLimits } from '#fetcher/limits.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { buildApp } from '#server/app.ts'
import type { Auth } from '#server/auth/auth.ts'
import type { Clock } from '#server/clock.ts'
import type { ServerConfig } from '#server/config/config.ts'
import type { Database } from '#server/database/client.ts'
import { offerMetrics } from '#server/metrics/observer.ts'
import { type Backend, startBackend } from '#server/process/backend.ts'
import { createContextMaker } from '#server/schema/context-maker.ts'

const CONSOLE_ROOT = fileURLToPath(new URL('../../web/build', import.meta.url))
/** Milliseconds for running requests to finish when the server closes. */
const CLOSE_GRACE_MS = 5_000

export type AdminServer = Pick<Backend, 'anchors' | 'mail' | 'observe' | 'now'> &
  Pick<Anchor, 'db' | 'services' | 'publisher' | 'runs' | 'jobContext'> & {
    app: FastifyInstance
    /** The database of the installation; `db` is the first anchor's. */
    installation: Database
    auth: Auth
    /** The address of its metrics, if they are served. */
    metricsUrl: string | undefined
    close(): Promise<void>
  }

/** Replaces parts, instead of the configured URLs. */
export type Overrides = {
  connectRedis?: () => Redis
  consoleRoot?: string
  /** Whether the console is absent because it is being built. */
  isConsoleBeingBuilt?: () => boolean
  fetchLimits?: Partial<FetchLimits>
  now?: Clock
}

/** Migrates, connects, listens. @throws an error whose message is one clear sentence */
export async function startAdminServer(
  config: ServerConfig,
  log: FastifyBaseLogger,
  overrides: Overrides = {},
): Promise<AdminServer> {
  await using opened = new AsyncDisposableStack()
  const backend = await startBackend(config, log, { ...overrides, isWorker: config.worker === 'inline' })
  opened.defer(backend.close)
  const { db, anchors, mail, observe, now } = backend
  const { services, ...contexts } = createContextMaker(config, backend)
  const app = await buildApp({
    ...{ ...config, ...backend, ...services, ...contexts },
    console: {
      root: overrides.consoleRoot ?? CONSOLE_ROOT,
      isBeingBuilt: overrides.isConsoleBeingBuilt ?? (() => false),
    },
  })
  opened.defer(async () => {
    // Running requests may finish; idle open connections must not delay the exit.
    const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
    await app.close()
    clearTimeout(cutOff)
  })
  if (config.worker === 'inline') await backend.startWorkers()
  const metrics = await offerMetrics(observe, config, log)
  opened.defer(metrics.close)
  await app.listen({ host: config.host, port: config.port })
  const { auth } = services
  const owned = opened.move()
  return {
    ...anchors.first,
    ...{ app, installation: db, auth, anchors, mail, observe, now, metricsUrl: metrics.url },
    close: () => owned.disposeAsync(),
  }
}
