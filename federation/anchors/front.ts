/** Hands each request of the HTTP server to the app of its anchor, and refuses those that reach none. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { buildBareApp, type ServerOptions } from '../http/bare-app.ts'
import { answerOptions } from '../http/error-handler.ts'
import { precede } from '../http/precede.ts'
import { LIVENESS_PATH } from '../http/served-paths.ts'
import { isHealthUrl, livenessRoute } from '../routes/health.ts'
import { createChooser, createReadTarget } from './choice.ts'

declare module 'node:http' {
  interface IncomingMessage {
    /** With the path of the anchor, which `url` lacks. Fastify knows this name. */
    originalUrl?: string
  }
}

type ServedAnchor = {
  entityId: EntityId
  /** Undefined while it cannot be opened. */
  app: FastifyInstance | undefined
  paused: boolean
}

export type Front = {
  /** Replaces the further anchors. */
  serve(isFirstPaused: boolean, others: readonly ServedAnchor[]): void
  close(): Promise<void>
}

/** What a request reaches. */
type Target = FastifyInstance | Error

const errors = {
  paused: new FederationError('temporarily_unavailable', 'This Trust Anchor is paused. Try again later.'),
  notOpen: new FederationError(
    'temporarily_unavailable',
    'This Trust Anchor is not available. Try again in a few seconds.',
  ),
  'unknown host': new FederationError('not_found', 'This server has no Trust Anchor with this host.'),
  'unknown path': new FederationError('not_found', 'This server has no Trust Anchor with this path.'),
  'several hosts': new FederationError('invalid_request', 'The request must not have several Host headers.'),
}

/** Tells a client that reuses its connection to open another one (RFC 9110 §15.5.20). */
const misdirected = Object.assign(new Error(errors['unknown host'].message), { statusCode: 421 })

/**
 * Installs the front on the app of the first anchor, whose server listens. While that is the only anchor, it gets every
 * request, for any host.
 */
export async function installFront(
  first: { entityId: EntityId; app: FastifyInstance },
  { tls, trustedProxies }: { tls: ServerOptions['tls'] | undefined; trustedProxies: boolean | string[] },
): Promise<Front> {
  const refusal = await openRefusal({ trustedProxies, ...(tls ? { tls } : {}) })
  const refused = { ...errors, ...(tls ? { 'unknown host': misdirected } : {}) }
  const readTarget = createReadTarget(trustedProxies)
  let findTarget: ((request: IncomingMessage) => Target) | undefined

  precede(first.app.server, (request, response) => {
    const target = findTarget?.(request) ?? first.app
    if (target === first.app) return false
    if (target instanceof Error) refusal.answer(request, response, target)
    // Its server does not listen. The fast path of the app looks at the requests of that server.
    else target.server.emit('request', request, response)
    return true
  })

  const targetOf = ({ app, paused }: ServedAnchor): Target =>
    paused ? refused.paused : (app ?? refused.notOpen)

  function serve(isFirstPaused: boolean, others: readonly ServedAnchor[]): void {
    const target = targetOf({ ...first, paused: isFirstPaused })
    if (others.length === 0) {
      findTarget = isFirstPaused ? ({ url = '' }) => (isHealthUrl(url) ? first.app : target) : undefined
      return
    }
    const choose = createChooser<Target>(
      { entityId: first.entityId, target },
      others.map((other) => ({ entityId: other.entityId, target: targetOf(other) })),
    )
    findTarget = (request) => {
      const { host, url } = readTarget(request) ?? {}
      if (host === undefined || url === undefined) return refused['several hosts']
      if (isHealthUrl(url)) return first.app // load balancers ask by address
      const choice = choose(host, url)
      if (typeof choice === 'string') return refused[choice]
      request.originalUrl = url
      request.url = choice.url
      return choice.target
    }
  }

  return { serve, close: refusal.close }
}

type Refusal = {
  /** Answers with the error, except for the liveness of the process. */
  answer(request: IncomingMessage, response: ServerResponse, error: Error): void
  close(): Promise<void>
}

/** Logs nothing: anyone can cause such requests at any rate. */
async function openRefusal(options: Omit<ServerOptions, 'logger'>): Promise<Refusal> {
  const errors = new WeakMap<IncomingMessage, Error>()
  const app = buildBareApp(options)
  livenessRoute(app)
  // After CORS, so that its headers are there.
  app.after(() => {
    app.addHook('onRequest', async (request, reply) => {
      // A browser only reads an error after that.
      if (request.method === 'OPTIONS') return answerOptions(request, reply, 'GET, HEAD, POST')
      if (request.routeOptions.url !== LIVENESS_PATH) throw errors.get(request.raw)
    })
  })
  await app.ready()
  return {
    answer(request, response, error) {
      errors.set(request, error)
      app.server.emit('request', request, response)
    },
    close: () => app.close(),
  }
}
