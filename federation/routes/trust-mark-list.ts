/** The entities that hold a valid Trust Mark of a type (§8.5). */
import type { FastifyInstance } from 'fastify'
import { selectCurrentHolders } from '#store/trust-mark-reader.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { sendJson } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { optionalEntityId, required } from './parameter.ts'

export function trustMarkListRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const answer = async ({ reply, parameters }: Call) => {
    const type = required(parameters, 'trust_mark_type')
    const subject = optionalEntityId(parameters, 'sub', deps)
    const holders = selectCurrentHolders(await reader.trustMarkHolders(type), now())
    if (holders.length === 0) await confirmPublished(reader)
    return sendJson(reply, subject ? holders.filter((holder) => holder === subject) : holders)
  }
  endpoint(app, deps, 'trust_mark_list', answer)
}
