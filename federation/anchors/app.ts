/** Builds the public federation server of one anchor: every endpoint. Does not listen. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { installFastPath } from '../fast-path/install.ts'
import { buildBareApp, type ServerOptions } from '../http/bare-app.ts'
import { createClientAddress, NAME_PROXY, UNKNOWN_PROXY } from '../http/client-address.ts'
import { RateStore } from '../http/rate-counter.ts'
import { holdToServedPaths } from '../http/served-paths.ts'
import { createIssuedMarks } from '../marks/issued.ts'
import type { OutageAnswers } from '../outage/answers.ts'
import { collectionRoute } from '../routes/collection.ts'
import type { Deps } from '../routes/deps.ts'
import { entityConfigurationRoute } from '../routes/entity-configuration.ts'
import { extendedListRoute } from '../routes/extended-list.ts'
import { fetchRoute } from '../routes/fetch.ts'
import { healthRoute, livenessRoute } from '../routes/health.ts'
import { historicalKeysRoute } from '../routes/historical-keys.ts'
import { indexPageRoute } from '../routes/index-page.ts'
import { keyPushRoute, keyUpdateRoute } from '../routes/key-update.ts'
import { listRoute } from '../routes/list.ts'
import { requestRoutes } from '../routes/request.ts'
import { resolveRoute } from '../routes/resolve.ts'
import { selfCheckRoute } from '../routes/self-check.ts'
import { statusRoute } from '../routes/status.ts'
import { statusListRoute } from '../routes/status-list.ts'
import { subordinateEventsRoute } from '../routes/subordinate-events.ts'
import { trustMarkRoute } from '../routes/trust-mark.ts'
import { trustMarkListRoute } from '../routes/trust-mark-list.ts'
import { trustMarkStatusRoute } from '../routes/trust-mark-status.ts'

export type AppOptions = ServerOptions & {
  /** Requests to /resolve per minute and client: one IPv4 address, or one IPv6 /64. */
  resolveRateLimit?: number
  /** The same for /collection. */
  collectionRateLimit?: number
  /** The same for each of /self_check, /enroll, /trust_mark_request, /jwks_update_trigger and /jwks_update. */
  questionRateLimit?: number
  /** Answers while Redis is away; none by default. */
  outage?: Pick<OutageAnswers, 'install'>
  /** Whether answers may be repeated without the routes; true by default. */
  repeatsAnswers?: boolean
}

export function buildApp(given: Deps, options: AppOptions = {}): FastifyInstance {
  const deps = { ...given, marks: createIssuedMarks(given) }
  const app = buildBareApp(options)
  holdToServedPaths(app)
  const address = createClientAddress(options.trustedProxies ?? false, (proxy) =>
    options.logger?.warn({ proxy }, `${UNKNOWN_PROXY} ${NAME_PROXY}`),
  )
  installFastPath(app, { ...deps, address }, options.repeatsAnswers ?? true)
  app.register(async (scope) => {
    await scope.register(rateLimit, {
      global: false,
      store: RateStore,
      keyGenerator: ({ raw }) => address(raw),
    })
    options.outage?.install(scope)
    entityConfigurationRoute(scope, deps)
    fetchRoute(scope, deps)
    listRoute(scope, deps)
    extendedListRoute(scope, deps)
    subordinateEventsRoute(scope, deps)
    trustMarkRoute(scope, deps)
    trustMarkListRoute(scope, deps)
    trustMarkStatusRoute(scope, deps)
    statusListRoute(scope, deps)
    historicalKeysRoute(scope, deps)
    collectionRoute(scope, deps, options)
    selfCheckRoute(scope, deps, options)
    requestRoutes(scope, deps, options)
    keyUpdateRoute(scope, deps, options)
    keyPushRoute(scope, deps, options)
    livenessRoute(scope)
    healthRoute(scope, deps)
    statusRoute(scope, deps)
    indexPageRoute(scope, deps)
    resolveRoute(scope, deps, options)
  })
  return app
}
