/** Serves the Trust Anchor's own Entity Configuration (§9). */
import type { FastifyInstance } from 'fastify'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isCurrent } from '#store/published-jwt.ts'
import { sendJwt } from '../http/answer.ts'
import type { Deps } from './deps.ts'

export function entityConfigurationRoute(app: FastifyInstance, { reader, now }: Deps) {
  app.get(ENTITY_CONFIGURATION_PATH, async (request, reply) => {
    const jwt = await reader.entityConfiguration()
    if (!jwt) throw createUnavailableError('has not been published yet')
    if (!isCurrent(jwt, now())) throw createUnavailableError('has expired and is being renewed')
    const isSame = () => true // every repeated answer depends on it
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/entity-statement+jwt', isSame })
  })
}

/** Without a valid configuration, the Trust Anchor is unavailable. A 404 would mean that it does not exist. */
function createUnavailableError(state: string): FederationError {
  const message = `The Entity Configuration of this Trust Anchor ${state}. Try again later.`
  return new FederationError('temporarily_unavailable', message, { retryable: true })
}
