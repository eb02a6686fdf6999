/** Serves the entities of a federation at any depth, as of the last crawl (Entity Collection). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import type { CollectionState } from '#store/collection-reader.ts'
import { COLLECTION_CACHE_CONTROL, sendJson } from '../http/answer.ts'
import {
  readNames,
  readOptional,
  readOptionalEntityId,
  readOptionalLimit,
  readRepeatable,
} from '../http/parameter.ts'
import { createCursors } from './cursor.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { parseEntityClaims, parseUiClaims, selectEntityInfo } from './entity-info.ts'

/** Before the first crawl, or after Redis has lost it. */
export class NotCrawledError extends FederationError {}

/** Entities per response, even if `limit` is higher. */
const MAX_ENTITIES = 500

const DEFAULT_RATE_LIMIT = 600

export function collectionRoute(
  app: FastifyInstance,
  deps: Deps,
  { collectionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: { collectionRateLimit?: number },
) {
  const { collection } = deps.reader
  const cursors = createCursors('collection', deps.cursorKey)
  const answer = async ({ request, reply, parameters }: Call) => {
    const limit = Math.min(readOptionalLimit(parameters) ?? MAX_ENTITIES, MAX_ENTITIES)
    const filter = {
      entityTypes: readRepeatable(parameters, 'entity_type').sort(),
      trustMarkTypes: readRepeatable(parameters, 'trust_mark_type').sort(),
      query: readOptional(parameters, 'query'),
    }
    const filterKey = Object.values(filter).flat().some(Boolean) ? JSON.stringify(filter) : ''
    const from = await cursors.read(parameters, filterKey)
    const names = {
      ui_claims: readNames(parameters, 'ui_claims'),
      info_claims: readNames(parameters, 'info_claims'),
    }
    const usesInfoClaims = names.info_claims.length > 0
    const selection = {
      entityClaims: parseEntityClaims(readNames(parameters, 'entity_claims'), { usesInfoClaims }),
      uiClaims: parseUiClaims(names),
      entityTypes: filter.entityTypes,
    }
    const trustAnchor = readOptionalEntityId(parameters, 'trust_anchor', deps) ?? deps.entityId
    const state = requireCrawl(await collection.state(), trustAnchor, deps)
    const { records, next } = await collection.page(filter, from, limit)
    if (request.method === 'GET') reply.header('cache-control', COLLECTION_CACHE_CONTROL)
    return sendJson(reply, {
      entities: records.map((record) => selectEntityInfo(record, selection)),
      ...(next === undefined ? {} : { next: await cursors.format(next, filterKey) }),
      ...(state.lastUpdated === undefined ? {} : { last_updated: state.lastUpdated }),
    })
  }
  registerEndpoint(app, deps, 'collection', answer, { rateLimit })
}

/** A federation that was not crawled yet is not empty. */
function requireCrawl(
  state: CollectionState | undefined,
  trustAnchor: string,
  { entityId }: Deps,
): CollectionState {
  const crawled = state ? (state.trustAnchor ?? entityId) : entityId
  if (trustAnchor !== crawled) {
    const message = `The entities below ${trustAnchor} are not collected here. Use the Trust Anchor ${crawled}.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  if (state) return state
  const message = 'The federation was not crawled yet. Try again in a few minutes.'
  throw new NotCrawledError('temporarily_unavailable', message, { retryable: true })
}
