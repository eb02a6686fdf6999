/** Serves the Immediate Subordinates (§8.2). */
import type { FastifyInstance } from 'fastify'
import { findNextExpiry } from '#store/paged-list.ts'
import { sendCached } from '../http/answer.ts'
import { createBodyCache } from '../http/body-cache.ts'
import { encodeIds } from '../http/id-list.ts'
import { readOptional } from '../http/parameter.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'
import { readFilter, selectSubordinates, watchSources } from './subordinate-filter.ts'

export function listRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const readCached = createBodyCache(deps.maxBodyBytes)

  const answer = async ({ request, reply, parameters }: Call) => {
    const trustMarkTypes = [readOptional(parameters, 'trust_mark_type') ?? []].flat()
    const filter = await readFilter(parameters, { reader, marks, trustMarkTypes })
    const subordinates = await reader.subordinates()
    if (subordinates.length === 0) await confirmPublished(reader)
    const { holders = [] } = filter
    const cached = await readCached(filter.key, [subordinates, ...holders], now(), async () => {
      const { body, until } = await encodeIds(selectSubordinates(subordinates, filter, { now: now() }))
      return { body, until: Math.min(until, findNextExpiry(holders, now())) }
    })
    const isSame = watchSources({ subordinates, holders }, { reader, marks, trustMarkTypes })
    // What is missing is confirmed for each request.
    if (subordinates.length > 0) reply.hold = { until: cached.until, isSame }
    return sendCached(request, reply, cached)
  }
  registerEndpoint(app, deps, 'list', answer)
}
