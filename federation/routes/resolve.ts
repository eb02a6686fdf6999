/** Serves the resolved metadata of an entity under a Trust Anchor (§8.3). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { sendJwt } from '../http/answer.ts'
import { readRepeatable, readRequiredEntityId, readRequiredEntityIds } from '../http/parameter.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

const DEFAULT_RATE_LIMIT = 600

export function resolveRoute(
  app: FastifyInstance,
  deps: Deps,
  { resolveRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: { resolveRateLimit?: number },
) {
  const { resolver, reader, now } = deps
  const answer = async ({ request, reply, parameters, client }: Call) => {
    const query = {
      subject: readRequiredEntityId(parameters, 'sub', deps),
      // A resolver may use any of them (§8.3.1).
      trustAnchors: readRequiredEntityIds(parameters, 'trust_anchor', deps),
      entityTypes: readRepeatable(parameters, 'entity_type').sort(),
      audience: client,
    }
    const { response, isSame } = await resolver.resolve(query).catch(async (error: unknown) => {
      if (error instanceof FederationError && error.code === 'not_found') await confirmPublished(reader)
      throw error
    })
    return sendJwt(request, reply, {
      jwt: response,
      now: now(),
      type: 'application/resolve-response+jwt',
      isSame,
      onRepeat: resolver.countRepeated,
    })
  }
  registerEndpoint(app, deps, 'resolve', answer, { rateLimit })
}
