/** Serves the Trust Mark of a type and subject (§8.6). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { sendJwt } from '../http/answer.ts'
import { readRequired, readRequiredEntityId } from '../http/parameter.ts'
import type { PublishedSource } from '../http/published-source.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

export function trustMarkRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const readMark = (parameters: unknown) =>
    [readRequired(parameters, 'trust_mark_type'), readRequiredEntityId(parameters, 'sub', deps)] as const

  const answer = async ({ request, reply, parameters }: Call) => {
    const [type, subject] = readMark(parameters)
    const jwt = await marks.mark(type, subject)
    if (!jwt) {
      await confirmPublished(reader)
      const message = `${subject} has no valid Trust Mark of the type ${type} from this Trust Anchor.`
      throw new FederationError('not_found', message, { subject })
    }
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/trust-mark+jwt' })
  }
  const published: PublishedSource = {
    names: ['trust_mark_type', 'sub'],
    peek: ({ trust_mark_type: type = '', sub = '' }) => marks.peek.mark(type, sub),
    read: (parameters) => marks.mark(...readMark(parameters)),
  }
  registerEndpoint(app, deps, 'trust_mark', answer, { published })
}
