/** The Trust Mark of a type that a subject holds (§8.6). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { sendJwt } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { required, requiredEntityId } from './parameter.ts'

export function trustMarkRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const answer = async ({ request, reply, parameters }: Call) => {
    const type = required(parameters, 'trust_mark_type')
    const subject = requiredEntityId(parameters, 'sub', deps)
    const jwt = await reader.trustMark(type, subject)
    if (!jwt || !isCurrent(jwt, now())) {
      await confirmPublished(reader)
      const message = `${subject} holds no valid Trust Mark of the type ${type} issued here.`
      throw new FederationError('not_found', message, { subject })
    }
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/trust-mark+jwt' })
  }
  endpoint(app, deps, 'trust_mark', answer)
}
