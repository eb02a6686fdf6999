/**
 * Admits holders of an API key whose role has the route's scope. A session cookie does not count, so that no website
 * can make a signed-in browser send requests here.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Anchor } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import { callerOf, type Doors } from '#server/auth/caller-of.ts'
import { type Caller, callerIn, callerMay } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The required scope; `public` needs no key. Every route of the REST API declares it. */
    scope?: Scope | 'public'
  }
}

class AccessError extends Error {
  readonly statusCode: 401 | 403 | 404

  constructor(statusCode: 401 | 403 | 404, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

const callers = new WeakMap<FastifyRequest, Caller>()
const anchorsOfRequests = new WeakMap<FastifyRequest, Anchor>()

/** Deny by default: a route that forgets its scope fails when the server starts. */
export function guardRoutes(app: FastifyInstance, doors: Doors & { anchors: Anchors }): void {
  app.addHook('onRoute', ({ url, config }) => {
    if (!config?.scope) throw new TypeError(`The route ${url} says nothing about who may call it.`)
  })
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config
    if (scope === 'public' || request.is404) return
    const { cookie: _, ...headers } = request.headers
    const found = await callerOf(doors, { headers, address: request.ip, requestId: request.id })
    if (!found) throw new AccessError(401, 'Send a valid API key in the header X-API-Key.')
    const anchor = choose(doors.anchors, request)
    const caller = anchor && callerIn(found, anchor)
    // Only callers with a role in an anchor learn that it exists.
    if (!caller || (caller.role === null && !anchor.isFirst))
      throw new AccessError(404, 'There is no such anchor in which this key has a role.')
    anchorsOfRequests.set(request, anchor)
    callers.set(request, caller)
    if (!scope || !callerMay(caller, scope)) {
      const { role } = caller
      throw new AccessError(403, `${role ? `The role ${role}` : 'This key'} may not do this.`)
    }
  })
}

/** The one that the path names; the first one without it. */
function choose({ first, find }: Anchors, { params }: FastifyRequest): Anchor | undefined {
  const { anchor } = params as { anchor?: string } // from the path
  return anchor === undefined ? first : find(anchor)?.running
}

/** The anchor that an allowed request is about. */
export function anchorOf(request: FastifyRequest): Anchor {
  const anchor = anchorsOfRequests.get(request)
  if (!anchor) throw new TypeError(`${request.url} has no anchor`)
  return anchor
}

/** The caller, with or without the scope; undefined without a valid key. */
export const knownCaller = (request: FastifyRequest): Caller | undefined => callers.get(request)

/** The caller of an allowed request. */
export function callerOfRequest(request: FastifyRequest): Caller {
  const caller = callers.get(request)
  if (!caller) throw new TypeError(`${request.url} has no caller`)
  return caller
}
