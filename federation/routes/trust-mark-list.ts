/** Serves the entities with a valid Trust Mark of a type (§8.5). */
import type { FastifyInstance } from 'fastify'
import { selectCurrentHolders } from '#store/trust-mark-reader.ts'
import type { RouteDeps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { sendJson } from './answer.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { readOptionalEntityId, readRequired } from './parameter.ts'

export function trustMarkListRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const answer = async ({ reply, parameters }: Call) => {
    const type = readRequired(parameters, 'trust_mark_type')
    const subject = readOptionalEntityId(parameters, 'sub', deps)
    const holders = selectCurrentHolders(await marks.holders(type), now())
    if (holders.length === 0) await confirmPublished(reader)
    return sendJson(reply, subject ? holders.filter((holder) => holder === subject) : holders)
  }
  registerEndpoint(app, deps, 'trust_mark_list', answer)
}
