/** Serves the historical keys (§8.7). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { sendJwt } from '../http/answer.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

export function historicalKeysRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const answer = async ({ request, reply }: Call) => {
    const jwt = await reader.historicalKeys()
    if (!jwt) {
      await confirmPublished(reader)
      throw new FederationError('not_found', 'This Trust Anchor has no historical keys.')
    }
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/jwk-set+jwt' })
  }
  registerEndpoint(app, deps, 'historical_keys', answer)
}
