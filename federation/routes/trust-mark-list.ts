/** The entities that hold a valid Trust Mark of a type (§8.5). */
import type { FastifyInstance } from 'fastify'
import { currentHolders } from '#store/trust-mark-reader.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { sendJson } from './answer.ts'
import { optional, required, requiredEntityId } from './parameter.ts'

export function trustMarkListRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  app.get('/trust_mark_list', async ({ query }, reply) => {
    const type = required(query, 'trust_mark_type')
    const subject = optional(query, 'sub') && requiredEntityId(query, 'sub', deps)
    const holders = currentHolders(await reader.trustMarkHolders(type), now())
    if (holders.length === 0) await confirmPublished(reader)
    return sendJson(reply, subject ? holders.filter((holder) => holder === subject) : holders)
  })
}
