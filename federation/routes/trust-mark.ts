/** Serves the Trust Mark of a type and subject (§8.6). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { sendJwt } from '../http/answer.ts'
import { readRequired, readRequiredEntityId } from '../http/parameter.ts'
import { confirmPublished } from './absence.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'

export function trustMarkRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const answer = async ({ request, reply, parameters }: Call) => {
    const type = readRequired(parameters, 'trust_mark_type')
    const subject = readRequiredEntityId(parameters, 'sub', deps)
    const jwt = await marks.mark(type, subject)
    if (!jwt) {
      await confirmPublished(reader)
      const message = `${subject} has no valid Trust Mark of the type ${type} from this Trust Anchor.`
      throw new FederationError('not_found', message, { subject })
    }
    const isSame = () => marks.peek.mark(type, subject) === jwt
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/trust-mark+jwt', isSame })
  }
  registerEndpoint(app, deps, 'trust_mark', answer)
}
