/** Registers federation endpoints: GET without client authentication, POST with it, as configured (§8.8). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type EndpointName, endpoints, getEndpointParameter, getEndpointPath } from '#core/endpoint.ts'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { AuthMethods } from '../client/own-metadata.ts'
import { readOptional } from '../http/parameter.ts'
import type { PublishedSource } from '../http/published-source.ts'
import { RATE_WINDOW, RateCounter } from '../http/rate-counter.ts'
import { refuseCompressed } from '../http/request-body.ts'
import type { Deps } from './deps.ts'

export type Call = {
  request: FastifyRequest
  reply: FastifyReply
  /** The query of a GET or the form of a POST. */
  parameters: unknown
  /** The authenticated client, if any. */
  client: EntityId | undefined
}

type Answer = (call: Call) => Promise<FastifyReply>

const MAX_ASSERTION_BYTES = 16 * 1024

/** Per minute and address. An unknown client makes us search its Trust Chain (§18.1). */
const MAX_AUTHENTICATIONS = 3_000

type EndpointOptions = {
  /** Requests per minute and address. */
  rateLimit?: number
  /** What a POST may have as its body; a form by default. */
  contentType?: string
  /** Where the answers to a GET without limit come from. */
  published?: PublishedSource
}

export function registerEndpoint(
  app: FastifyInstance,
  deps: Deps,
  name: EndpointName,
  answer: Answer,
  { rateLimit, published, ...body }: EndpointOptions = {},
): void {
  const path = getEndpointPath(name)
  const isOn = createServedCheck(deps, name)
  // This endpoint accepts POST with and without client authentication (§8.4).
  const isPostOnly = endpoints[name].method === 'POST'

  if (!isPostOnly) {
    const config = { ...limitRate(rateLimit), isOffered: isOn, ...(published ? { published } : {}) }
    app.get(path, { config }, async (request, reply) => {
      if (!(await isOn())) return reply.callNotFound()
      if (!(await deps.authMethods(name)).anonymous) throw refuseAnonymous(path)
      return answer({ request, reply, parameters: request.query, client: undefined })
    })
  }

  const isOffered = async () => (await isOn()) && (isPostOnly || (await deps.authMethods(name)).authenticated)
  // Before the body is read: an endpoint without client authentication has no POST.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!(await isOffered())) return reply.callNotFound()
    refuseCompressed(request, reply)
  }

  const limit = limitRate(rateLimit ?? (isPostOnly ? undefined : MAX_AUTHENTICATIONS))
  const config = { ...limit, ...body, isOffered }
  app.post(path, { config, onRequest }, async (request, reply) => {
    const parameters = request.body
    const methods = await deps.authMethods(name)
    const isAnonymous = isPostOnly && mayStayAnonymous(methods, parameters)
    const client = isAnonymous ? undefined : await authenticate(deps, parameters)
    return answer({ request, reply, parameters, client })
  })
}

/** Limits a route to `max` requests per minute and address. */
export const limitRate = (max: number | undefined) =>
  max === undefined ? {} : { rateLimit: { max, timeWindow: RATE_WINDOW }, counter: new RateCounter() }

/** Most endpoints are always served, the others while our metadata names them. */
export const isServed = (name: EndpointName, metadata: Record<string, unknown>): boolean =>
  !endpoints[name].isServedWhenNamed || metadata[getEndpointParameter(name)] !== undefined

/** Reads nothing for an endpoint that is always served. */
export function createServedCheck({ ownMetadata }: Deps, name: EndpointName): () => Promise<boolean> {
  if (!endpoints[name].isServedWhenNamed) return async () => true
  return async () => isServed(name, await ownMetadata())
}

function mayStayAnonymous({ anonymous, authenticated }: AuthMethods, parameters: unknown): boolean {
  return anonymous && !(authenticated && readOptional(parameters, 'client_assertion', MAX_ASSERTION_BYTES))
}

function authenticate({ clients }: Deps, parameters: unknown): Promise<EntityId> {
  return clients.authenticate({
    assertionType: readOptional(parameters, 'client_assertion_type'),
    assertion: readOptional(parameters, 'client_assertion', MAX_ASSERTION_BYTES),
    clientId: readOptional(parameters, 'client_id'),
  })
}

function refuseAnonymous(path: string): FederationError {
  const message = `${path} requires client authentication. Send a POST with client_assertion.`
  return new FederationError('invalid_client', message)
}
