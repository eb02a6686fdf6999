/** What all federation endpoints share: GET without client authentication, POST with it, as published (§8.8). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type EndpointName, endpointPath, endpoints } from '#core/endpoint.ts'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { AuthMethods } from '../client/auth-methods.ts'
import type { Deps } from '../deps.ts'
import { optional } from './parameter.ts'

export type Call = {
  request: FastifyRequest
  reply: FastifyReply
  /** The query of a GET, the form of a POST. */
  parameters: unknown
  /** Who asks, where that was authenticated. */
  client: EntityId | undefined
}

type Answer = (call: Call) => Promise<FastifyReply>

const MAX_ASSERTION_BYTES = 16 * 1024

/** In a minute from one address: a stranger who names himself makes us look for his Trust Chain (§18.1). */
const MAX_AUTHENTICATIONS = 3_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is there at present; while it is not, its method is one that the path does not take. */
    isOffered?: () => Promise<boolean>
  }
}

/** @param options.rateLimit requests that one address may make in a minute */
export function endpoint(
  app: FastifyInstance,
  deps: Deps,
  name: EndpointName,
  answer: Answer,
  { rateLimit }: { rateLimit?: number } = {},
): void {
  const path = endpointPath(name)
  // Such an endpoint takes POST with and without client authentication (§8.4).
  const isPostOnly = endpoints[name].method === 'POST'
  const limit = (max: number | undefined) =>
    max === undefined ? {} : { rateLimit: { max, timeWindow: '1 minute' } }

  if (!isPostOnly) {
    app.get(path, { config: limit(rateLimit) }, async (request, reply) => {
      if (!(await deps.authMethods(name)).anonymous) throw refuseAnonymous(path)
      return answer({ request, reply, parameters: request.query, client: undefined })
    })
  }

  const isOffered = async () => isPostOnly || (await deps.authMethods(name)).authenticated
  // Before the body is read: an endpoint without client authentication has no POST at all.
  const onRequest = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    if (!(await isOffered())) return reply.callNotFound()
    refuseCompressed(headers['content-encoding'])
  }

  const config = { ...limit(rateLimit ?? (isPostOnly ? undefined : MAX_AUTHENTICATIONS)), isOffered }
  app.post(path, { config, onRequest }, async (request, reply) => {
    const parameters = request.body
    const methods = await deps.authMethods(name)
    const isAnonymous = isPostOnly && mayStayAnonymous(methods, parameters)
    const client = isAnonymous ? undefined : await authenticate(deps, parameters)
    return answer({ request, reply, parameters, client })
  })
}

function mayStayAnonymous({ anonymous, authenticated }: AuthMethods, parameters: unknown): boolean {
  return anonymous && !(authenticated && optional(parameters, 'client_assertion', MAX_ASSERTION_BYTES))
}

function authenticate({ clients }: Deps, parameters: unknown): Promise<EntityId> {
  return clients.authenticate({
    assertionType: optional(parameters, 'client_assertion_type'),
    assertion: optional(parameters, 'client_assertion', MAX_ASSERTION_BYTES),
    clientId: optional(parameters, 'client_id'),
  })
}

/** Read as it is, a compressed form would look like one without parameters. */
function refuseCompressed(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return
  throw new FederationError('invalid_request', 'The body of a request must not be compressed.')
}

function refuseAnonymous(path: string): FederationError {
  const message = `${path} only answers clients that authenticate; send a POST with client_assertion.`
  return new FederationError('invalid_client', message)
}
