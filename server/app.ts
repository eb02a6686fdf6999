/** The admin server as a Fastify instance: GraphQL, REST, sign-in, health and console. It never listens. */
import fastifyCors from '@fastify/cors'
import fastifyHelmet from '@fastify/helmet'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Redis } from 'ioredis'
import { createClientAddress, NAME_PROXY, UNKNOWN_PROXY } from '#federation/http/client-address.ts'
import { bytes, milliseconds } from '#federation/http/limits.ts'
import { refuseCompressed } from '#federation/http/request-body.ts'
import { createRequestIds } from '#federation/http/request-id.ts'
import { observeRequests } from '#federation/metrics/requests.ts'
import { callerOf, presentCaller } from '#server/auth/caller-of.ts'
import { createRightsWatch } from '#server/auth/rights-watch.ts'
import { authRoutes } from '#server/auth/routes.ts'
import { singleSignOnRoutes } from '#server/auth/single-sign-on.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { runWithOrigin } from '#server/identity/origin.ts'
import type { Observer } from '#server/metrics/observer.ts'
import { type Console, consolePages } from '#server/plugins/console.ts'
import { answerFailures } from '#server/plugins/failure.ts'
import { GRAPHQL_PATH, graphqlRoute } from '#server/plugins/graphql.ts'
import { healthRoutes } from '#server/plugins/health.ts'
import { refuseFaultyInput } from '#server/plugins/input-check.ts'
import { restRoutes } from '#server/rest/routes.ts'
import type { Context } from '#server/schema/context.ts'
import type { ContextMaker } from '#server/schema/context-maker.ts'

/** RFC 9110 §15.5.2 requires it with 401. An API key is accepted as a bearer token. */
const CHALLENGE = 'Bearer realm="Inmor"'

type Settings =
  | 'adminUrl'
  | 'keysDirectory'
  | 'secondFactorGroups'
  | 'trustedDocuments'
  | 'trustedOrigins'
  | 'trustedProxies'

export type AppDeps = ContextMaker['services'] &
  Pick<ContextMaker, 'contextOf' | 'documentPasses'> &
  Pick<ServerConfig, Settings> & {
    redis: Redis
    observe: Observer
    console: Console
    log: FastifyBaseLogger
  }

export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.log,
    bodyLimit: bytes.adminBody,
    requestTimeout: milliseconds.adminRequest,
    keepAliveTimeout: milliseconds.idle,
    http: { maxHeaderSize: bytes.head },
    // Refused with a sentence: plugins/input-check.ts.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    trustProxy: deps.trustedProxies,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(deps.trustedProxies),
    childLoggerFactory: (logger) => logger, // the log adds the request itself (process/log.ts)
  })
  answerFailures(app)
  app.addHook('onRequest', async (request, reply) => refuseCompressed(request, reply))
  noteOrigins(app)
  const address = createClientAddress(deps.trustedProxies, (proxy) =>
    deps.log.warn({ proxy }, `${UNKNOWN_PROXY} Wrong passwords of one of them lock all out. ${NAME_PROXY}`),
  )
  app.addHook('onRequest', async ({ raw }) => void address(raw))
  refuseFaultyInput(app, { except: GRAPHQL_PATH })
  await app.register(fastifyHelmet, { contentSecurityPolicy: false, hsts: false })
  // The console's documents carry their own content security policy with hashes; this directive does not work in a
  // document. The console shows one of its own files in a frame: GraphiQL.
  app.addHook('onSend', async (request, reply) => {
    const ancestors = request.url.startsWith('/_app/') ? "'self'" : "'none'"
    reply.headers({ 'x-request-id': request.id, 'content-security-policy': `frame-ancestors ${ancestors}` })
    if (reply.statusCode === 401) reply.header('www-authenticate', CHALLENGE)
  })
  await app.register(fastifyCors, { origin: deps.trustedOrigins, credentials: true })

  observeRequests(app, deps.observe.registry)
  const entrance = { ...deps, onSignIn: deps.observe.signIn }
  authRoutes(app, entrance)
  singleSignOnRoutes(app, entrance)
  const rights = createRightsWatch({ ...deps, lookUp: (headers) => presentCaller(deps, headers) })
  graphqlRoute(app, deps.observe.operations.plugin, deps, (request) => contextOf(deps, request), rights)
  restRoutes(app, deps)
  healthRoutes(app, deps)
  await consolePages(app, deps.console)
  app.addHook('preClose', () => deps.anchors.endStreams())
  return app
}

/** Sets the origin twice: reading the body in between can lose the context. */
function noteOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', ({ id }, _reply, done) => runWithOrigin({ requestId: id }, done))
  app.addHook('preValidation', ({ id }, _reply, done) => runWithOrigin({ requestId: id }, done))
}

async function contextOf(deps: AppDeps, request: FastifyRequest): Promise<Context> {
  const requester = { address: request.ip, requestId: request.id }
  return deps.contextOf({
    from: requester,
    namedAnchor: namedAnchorOf(request),
    onFailure: (mutation, { code }) => deps.observe.operations.failed(mutation, code),
    caller: await callerOf(deps, { headers: request.headers, ...requester }),
  })
}

const namedAnchorOf = ({ headers }: FastifyRequest) => [headers['inmor-anchor'] ?? []].flat()[0]
