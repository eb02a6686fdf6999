/** The resolved metadata of an entity under a Trust Anchor (§8.3). */
import type { FastifyInstance } from 'fastify'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { sendJwt } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { repeatable, requiredEntityId } from './parameter.ts'

const DEFAULT_RATE_LIMIT = 600

export function resolveRoute(
  app: FastifyInstance,
  deps: Deps,
  { resolveRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: { resolveRateLimit?: number },
) {
  const { resolver, reader, now } = deps
  const answer = async ({ request, reply, parameters, client }: Call) => {
    const wanted = {
      subject: requiredEntityId(parameters, 'sub', deps),
      trustAnchors: requiredTrustAnchors(parameters, deps),
      entityTypes: repeatable(parameters, 'entity_type').sort(),
      audience: client,
    }
    const jwt = await resolver.resolve(wanted).catch(async (error: unknown) => {
      if (error instanceof FederationError && error.code === 'not_found') await confirmPublished(reader)
      throw error
    })
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/resolve-response+jwt' })
  }
  endpoint(app, deps, 'resolve', answer, { rateLimit })
}

/** One or more; a resolver may use any of them. */
function requiredTrustAnchors(parameters: unknown, deps: Deps): string[] {
  const anchors = repeatable(parameters, 'trust_anchor')
  if (anchors.length > 0) return anchors.map((anchor) => parseEntityId(anchor, deps))
  throw new FederationError('invalid_request', 'The parameter trust_anchor is required.', {
    path: 'trust_anchor',
  })
}
