/** Serves the entities with a valid Trust Mark of a type (§8.5). */
import type { FastifyInstance } from 'fastify'
import { selectCurrentHolders } from '#store/trust-mark-reader.ts'
import { sendCached } from '../http/answer.ts'
import { createBodyCache } from '../http/body-cache.ts'
import { rememberLists } from '../http/list-versions.ts'
import { readOptionalEntityId, readRequired } from '../http/parameter.ts'
import type { IssuedMarks } from '../marks/issued.ts'
import { confirmPublished } from './absence.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'

export function trustMarkListRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const readCached = createBodyCache()

  const answer = async ({ request, reply, parameters }: Call) => {
    const type = readRequired(parameters, 'trust_mark_type')
    const subject = readOptionalEntityId(parameters, 'sub', deps)
    const holders = await marks.holders(type)
    if (holders.length === 0) await confirmPublished(reader)
    const key = JSON.stringify([type, subject])
    const cached = await readCached(key, [holders], now(), () => {
      const current = selectCurrentHolders(holders, now())
      const answer = subject ? current.filter((holder) => holder === subject) : current
      return { answer, items: [holders] }
    })
    // What is missing is confirmed for each request.
    if (holders.length > 0) reply.hold = { until: cached.until, isSame: watchHolders(marks, type, holders) }
    return sendCached(request, reply, cached)
  }
  registerEndpoint(app, deps, 'trust_mark_list', answer)
}

function watchHolders({ peek }: IssuedMarks, type: string, holders: readonly object[]): () => boolean {
  const isSame = rememberLists([holders])
  return () => isSame([peek.holders(type)])
}
