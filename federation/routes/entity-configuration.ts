/** The Trust Anchor's own Entity Configuration (§9). */
import type { FastifyInstance } from 'fastify'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Deps } from '../deps.ts'
import { sendJwt } from './answer.ts'

export function entityConfigurationRoute(app: FastifyInstance, { reader, now }: Deps) {
  app.get(ENTITY_CONFIGURATION_PATH, async (request, reply) => {
    const jwt = await reader.entityConfiguration()
    if (!jwt) throw unavailable('has not been published yet')
    if (!isCurrent(jwt, now())) throw unavailable('has expired and is being renewed')
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/entity-statement+jwt' })
  })
}

/** A Trust Anchor without a valid configuration is out of order; it has not ceased to exist, which 404 would say. */
function unavailable(state: string): FederationError {
  const message = `The Entity Configuration of this Trust Anchor ${state}.`
  return new FederationError('temporarily_unavailable', message, { retryable: true })
}
