/** The resolved metadata of an entity under a Trust Anchor (§8.3). */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { Deps } from '../deps.ts'
import { sendJwt } from './answer.ts'
import { repeatable, requiredEntityId } from './parameter.ts'

const DEFAULT_RATE_LIMIT = 600

export async function resolveRoute(
  app: FastifyInstance,
  deps: Deps,
  { resolveRateLimit = DEFAULT_RATE_LIMIT }: { resolveRateLimit?: number },
) {
  const { resolver, now } = deps
  await app.register(rateLimit, { global: false })
  const config = { rateLimit: { max: resolveRateLimit, timeWindow: '1 minute' } }

  app.get('/resolve', { config }, async (request, reply) => {
    const { query } = request
    const jwt = await resolver.resolve({
      subject: requiredEntityId(query, 'sub', deps),
      trustAnchors: requiredTrustAnchors(query, deps),
      entityTypes: repeatable(query, 'entity_type').sort(),
    })
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/resolve-response+jwt' })
  })
}

/** One or more; a resolver may use any of them. */
function requiredTrustAnchors(query: unknown, deps: Deps): string[] {
  const anchors = repeatable(query, 'trust_anchor')
  if (anchors.length > 0) return anchors.map((anchor) => parseEntityId(anchor, deps))
  throw new FederationError('invalid_request', 'The parameter trust_anchor is required.', {
    path: 'trust_anchor',
  })
}
