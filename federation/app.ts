/** The public federation server: every endpoint by name, and what holds for all of them. Never listens. */
import cors from '@fastify/cors'
import formbody from '@fastify/formbody'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Deps } from './deps.ts'
import { answerUnreadable, handleErrors, sendError } from './error-handler.ts'
import { createRequestIds } from './request-id.ts'
import { addressGroup } from './routes/address-group.ts'
import { collectionRoute } from './routes/collection.ts'
import { entityConfigurationRoute } from './routes/entity-configuration.ts'
import { extendedListRoute } from './routes/extended-list.ts'
import { fetchRoute } from './routes/fetch.ts'
import { healthRoute } from './routes/health.ts'
import { historicalKeysRoute } from './routes/historical-keys.ts'
import { indexPageRoute } from './routes/index-page.ts'
import { listRoute } from './routes/list.ts'
import { resolveRoute } from './routes/resolve.ts'
import { statusRoute } from './routes/status.ts'
import { subordinateEventsRoute } from './routes/subordinate-events.ts'
import { trustMarkRoute } from './routes/trust-mark.ts'
import { trustMarkListRoute } from './routes/trust-mark-list.ts'
import { trustMarkStatusRoute } from './routes/trust-mark-status.ts'

export type AppOptions = {
  logger?: FastifyBaseLogger
  /** Which proxies may say who the client is. */
  trustProxy?: boolean | string[]
  tls?: { cert: Buffer; key: Buffer }
  /** Requests to /resolve that one client may make in a minute: one IPv4 address, or one IPv6 /64. */
  resolveRateLimit?: number
  /** The same of requests to /collection. */
  collectionRateLimit?: number
  /** Other waits than the usual ones. */
  patience?: Partial<typeof patience>
}

const FORM_LIMIT = 16 * 1024

/** Milliseconds after which a client that sends or reads too slowly is cut off, and between two looks for those. */
const patience = {
  requestTimeout: 10_000,
  connectionTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
}

/** On every answer. The one page here, for people, has a policy of its own. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Where we serve TLS ourselves; a proxy that does it for us says so itself. */
const overTls = { 'strict-transport-security': 'max-age=31536000' }

const alwaysSent = (tls: AppOptions['tls']) => (tls ? { ...securityHeaders, ...overTls } : securityHeaders)

const ANY_ORIGIN = '*'

/** Builds the server on what it is given. */
export function buildApp(deps: Deps, options: AppOptions = {}): FastifyInstance {
  const app = createServer(options)
  handleErrors(app)
  app.removeAllContentTypeParsers() // forms are the only bodies that any endpoint takes
  app.register(formbody, { bodyLimit: FORM_LIMIT })
  const always = alwaysSent(options.tls)
  // Before CORS, which answers preflights by itself.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store').headers(always)
    done()
  })
  // Public documents without credentials: tools in a browser may read them.
  app.register(cors, {
    origin: ANY_ORIGIN,
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: ['etag', 'retry-after'],
    strictPreflight: false, // who asks for the methods without meaning a preflight is told them as well
  })
  endConnectionsOnClose(app)
  app.register(async (scope) => {
    await scope.register(rateLimit, { global: false, keyGenerator: ({ ip }) => addressGroup(ip) })
    entityConfigurationRoute(scope, deps)
    fetchRoute(scope, deps)
    listRoute(scope, deps)
    extendedListRoute(scope, deps)
    subordinateEventsRoute(scope, deps)
    trustMarkRoute(scope, deps)
    trustMarkListRoute(scope, deps)
    trustMarkStatusRoute(scope, deps)
    historicalKeysRoute(scope, deps)
    collectionRoute(scope, deps, options)
    healthRoute(scope, deps)
    statusRoute(scope, deps)
    indexPageRoute(scope, deps)
    resolveRoute(scope, deps, options)
  })
  return app
}

/** A connection that is kept alive after its last answer would keep the process from ending. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}

function createServer({ logger, trustProxy = false, tls, ...options }: AppOptions): FastifyInstance {
  // No hook runs for a request that Fastify refuses before it looks for a route.
  const unrouted = { ...alwaysSent(tls), 'access-control-allow-origin': ANY_ORIGIN }
  const { connectionsCheckingInterval, ...timeouts } = { ...patience, ...options.patience }
  // Node exchanges the two when the headers may take longer than the whole request, as they may by default.
  const node = { connectionsCheckingInterval, headersTimeout: timeouts.requestTimeout }
  const shared = {
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    ...timeouts,
    trustProxy,
    bodyLimit: FORM_LIMIT,
    // A line for each request costs more than most answers; the reverse proxy writes them. Faults are logged.
    logController: new LogController({ disableRequestLogging: true }),
    // Most requests log nothing, and those that do say which they are: a logger for each would cost more than it tells.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendError(error, request, reply.headers(unrouted)),
    clientErrorHandler: answerUnreadable,
    genReqId: createRequestIds(trustProxy),
  }
  // The two kinds of server differ in type only by the socket below them, which no route touches.
  return tls
    ? (Fastify({ ...shared, https: { ...tls, ...node } }) as unknown as FastifyInstance)
    : Fastify({ ...shared, http: node })
}
