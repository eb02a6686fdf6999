/** Hands each request of the HTTP server to the app of its anchor. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { ServerOptions } from '../bare-app.ts'
import { precede } from '../precede.ts'
import { isHealthUrl } from '../routes/health.ts'
import { createChoose } from './choice.ts'
import { buildRefusal } from './refusal.ts'
import { createReadTarget } from './target.ts'

export type ServedAnchor = {
  entityId: EntityId
  /** Undefined while it cannot be opened. */
  app: FastifyInstance | undefined
  paused: boolean
}

export type Front = {
  /** Replaces the further anchors. */
  serve(isFirstPaused: boolean, others: readonly ServedAnchor[]): void
  close(): void
}

type Options = { tls: ServerOptions['tls'] | undefined; trustedProxies: boolean | string[] }

/**
 * Installs the front on the app of the first anchor, which listens. While that is the only anchor, it gets every request,
 * for any host.
 */
export async function installFront(
  first: { entityId: EntityId; app: FastifyInstance },
  options: Options,
): Promise<Front> {
  const refusals = await openRefusals(options)
  const readTarget = createReadTarget(options.trustedProxies)
  let findApp: ((request: IncomingMessage) => FastifyInstance) | undefined

  precede(first.app.server, (request, response) => {
    const app = findApp?.(request) ?? first.app
    if (app === first.app) return false
    // Its server does not listen. The fast path of the app looks at the requests of that server.
    return app.server.emit('request', request, response)
  })

  const appOf = ({ app, paused }: ServedAnchor) => (paused ? refusals.paused : (app ?? refusals.notOpen))

  function serve(isFirstPaused: boolean, others: readonly ServedAnchor[]): void {
    const firstApp = appOf({ ...first, paused: isFirstPaused })
    if (others.length === 0) {
      findApp = isFirstPaused ? ({ url = '' }) => (isHealthUrl(url) ? first.app : firstApp) : undefined
      return
    }
    const choose = createChoose(
      { entityId: first.entityId, target: firstApp },
      others.map((other) => ({ entityId: other.entityId, target: appOf(other) })),
    )
    findApp = (request) => {
      const target = readTarget(request)
      if (!target) return refusals['several hosts']
      if (isHealthUrl(target.url)) return first.app // load balancers ask by address
      const choice = choose(target.host, target.url)
      if (typeof choice === 'string') return refusals[choice]
      request.url = choice.url
      return choice.target
    }
  }

  return {
    serve,
    close() {
      for (const refusal of Object.values(refusals)) void refusal.close()
    },
  }
}

const messages = {
  paused: 'This Trust Anchor is paused. Try again later.',
  notOpen: 'This Trust Anchor is not available. Try again in a few seconds.',
  host: 'This server has no Trust Anchor with this host.',
  path: 'This server has no Trust Anchor with this path.',
  hosts: 'The request must not have several Host headers.',
}

async function openRefusals({ tls, trustedProxies }: Options) {
  const unknownHost = tls
    ? Object.assign(new Error(messages.host), { statusCode: 421 })
    : new FederationError('not_found', messages.host)
  const options = { ...(tls ? { tls } : {}), trustedProxies }
  const refuse = (error: Error) => buildRefusal(error, options)
  const refusals = {
    paused: refuse(new FederationError('temporarily_unavailable', messages.paused)),
    notOpen: refuse(new FederationError('temporarily_unavailable', messages.notOpen)),
    'unknown host': refuse(unknownHost),
    'unknown path': refuse(new FederationError('not_found', messages.path)),
    'several hosts': refuse(new FederationError('invalid_request', messages.hosts)),
  }
  await Promise.all(Object.values(refusals).map((app) => app.ready()))
  return refusals
}
