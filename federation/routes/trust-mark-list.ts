/** Serves the entities with a valid Trust Mark of a type (§8.5). */
import type { FastifyInstance } from 'fastify'
import { createPart, type Part } from '#store/list-page.ts'
import { findPage, namesOf, type PagedList, selectCurrent } from '#store/paged-list.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { TrustMarkHolder } from '#store/trust-mark-reader.ts'
import { sendCached } from '../http/answer.ts'
import { createBodyCache, rememberLists } from '../http/body-cache.ts'
import { encodeIds } from '../http/id-list.ts'
import { readOptionalEntityId, readRequired } from '../http/parameter.ts'
import type { IssuedMarks } from '../marks/issued.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

export function trustMarkListRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const readCached = createBodyCache(deps.maxBodyBytes)

  const answer = async ({ request, reply, parameters }: Call) => {
    const type = readRequired(parameters, 'trust_mark_type')
    const subject = readOptionalEntityId(parameters, 'sub', deps)
    const holders = await marks.holders(type)
    if (holders.length === 0) await confirmPublished(reader)
    const key = JSON.stringify([type, subject])
    const cached = await readCached(key, [holders], now(), () =>
      encodeIds(subject ? selectOne(holders, subject, now()) : selectCurrent(holders, now())),
    )
    // What is missing is confirmed for each request.
    if (holders.length > 0) reply.hold = { until: cached.until, isSame: watchHolders(marks, type, holders) }
    return sendCached(request, reply, cached)
  }
  registerEndpoint(app, deps, 'trust_mark_list', answer)
}

async function* selectOne(
  holders: PagedList<TrustMarkHolder>,
  subject: string,
  now: number,
): AsyncGenerator<Part> {
  const page = holders.pages[findPage(namesOf(holders), subject)]
  const found = page?.items().filter((holder) => holder.id === subject && isCurrent(holder, now)) ?? []
  if (found.length > 0) yield createPart(found)
}

function watchHolders({ peek }: IssuedMarks, type: string, holders: object): () => boolean {
  const isSame = rememberLists([holders])
  return () => isSame([peek.holders(type)])
}
