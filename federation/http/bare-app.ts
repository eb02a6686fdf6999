/** Builds an app without endpoints: the rules for errors, headers and connections. Does not listen. */
import { parse } from 'node:querystring'
import cors from '@fastify/cors'
import formbody from '@fastify/formbody'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { FederationError } from '#core/errors.ts'
import { answerUnreadable, handleErrors, sendError } from './error-handler.ts'
import { bytes, milliseconds } from './limits.ts'
import { createRequestIds } from './request-id.ts'

export type ServerOptions = {
  logger?: FastifyBaseLogger
  /** Proxies whose forwarding headers are trusted. */
  trustedProxies?: boolean | string[]
  tls?: { cert: Buffer; key: Buffer }
  timeouts?: Partial<typeof defaultTimeouts>
}

/** Milliseconds until a slow client is disconnected, and between checks for slow clients. */
const defaultTimeouts = {
  requestTimeout: milliseconds.publicRequest,
  connectionTimeout: 60_000,
  keepAliveTimeout: milliseconds.idle,
  connectionsCheckingInterval: 2_000,
}

/** For every response. The index page has its own policy. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Only if we serve TLS ourselves. A TLS proxy sets its own header. */
const overTls = { 'strict-transport-security': 'max-age=31536000' }

const selectHeaders = (tls: ServerOptions['tls']) =>
  tls ? { ...securityHeaders, ...overTls } : securityHeaders

const ANY_ORIGIN = '*'

export function buildBareApp(options: ServerOptions): FastifyInstance {
  const app = createServer(options)
  handleErrors(app)
  app.removeAllContentTypeParsers() // endpoints accept only forms
  app.register(formbody, { bodyLimit: bytes.form, parser: parseForm })
  const headers = selectHeaders(options.tls)
  // Before CORS, which answers preflight requests itself.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store').headers(headers)
    done()
  })
  // After CORS, so that a page can read the refusal.
  app.addHook('preValidation', ({ url }, _reply, done) => done(findMalformed(url)))
  // Documents are public, so browser tools may read them.
  app.register(cors, {
    origin: ANY_ORIGIN,
    exposedHeaders: ['etag', 'retry-after'],
    preflight: false, // OPTIONS depend on the path: error-handler.ts
  })
  endConnectionsOnClose(app)
  return app
}

/** A keep-alive connection would prevent the process from exiting. */
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

function createServer({ logger, trustedProxies = false, tls, ...options }: ServerOptions): FastifyInstance {
  // Hooks do not run for a request that Fastify refuses before routing.
  const unrouted = { ...selectHeaders(tls), 'access-control-allow-origin': ANY_ORIGIN }
  const { connectionsCheckingInterval, ...timeouts } = { ...defaultTimeouts, ...options.timeouts }
  // Node swaps the two timeouts if the one for headers is longer, as it is by default.
  const node = {
    connectionsCheckingInterval,
    headersTimeout: timeouts.requestTimeout,
    maxHeaderSize: bytes.head,
  }
  const shared = {
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    ...timeouts,
    trustProxy: trustedProxies,
    bodyLimit: bytes.form,
    // Logging a request costs more than most responses. The reverse proxy has an access log.
    logController: new LogController({ disableRequestLogging: true }),
    // Most requests log nothing, so a logger per request is not worth its cost. Errors include the request id.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendError(error, request, reply.headers(unrouted)),
    clientErrorHandler: answerUnreadable,
    genReqId: createRequestIds(trustedProxies),
  }
  // The types differ only in the socket, which no route uses.
  return tls
    ? (Fastify({ ...shared, https: { ...tls, ...node } }) as unknown as FastifyInstance)
    : Fastify({ ...shared, http: node })
}

/** A percent sign that begins no byte: parsers would read it as it is, or drop it. */
const malformed = /%(?![0-9A-Fa-f]{2})[^&]{0,2}/

/** The error of a URL or a form; undefined: none. */
function findMalformed(text: string): FederationError | undefined {
  const [found] = malformed.exec(text) ?? []
  if (found === undefined) return undefined
  return new FederationError('invalid_request', `${found} is not percent-encoded. Write % as %25.`)
}

/** @throws FederationError `invalid_request` */
function parseForm(text: string): Record<string, unknown> {
  const error = findMalformed(text)
  if (error) throw error
  return parse(text, '&', '=', { maxKeys: 0 })
}
