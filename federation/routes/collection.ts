/** The entities of a federation at any depth, as the last walk found them (Entity Collection). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import type { CollectionState } from '#store/collection-reader.ts'
import type { Deps } from '../deps.ts'
import { sendJson } from './answer.ts'
import { createCursors } from './cursor.ts'
import { type Call, endpoint } from './endpoint.ts'
import { parseEntityClaims, parseUiClaims, selectEntityInfo } from './entity-info.ts'
import { names, optional, optionalEntityId, optionalLimit, repeatable } from './parameter.ts'

/** Entities in one answer, whatever `limit` asks for. */
const MAX_ENTITIES = 500

const DEFAULT_RATE_LIMIT = 600

export function collectionRoute(
  app: FastifyInstance,
  deps: Deps,
  { collectionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: { collectionRateLimit?: number },
) {
  const { collection } = deps.reader
  const cursors = createCursors('collection', deps.cursorKey)
  const answer = async ({ reply, parameters }: Call) => {
    const from = await cursors.read(parameters)
    const limit = Math.min(optionalLimit(parameters) ?? MAX_ENTITIES, MAX_ENTITIES)
    const filter = {
      entityTypes: repeatable(parameters, 'entity_type').sort(),
      trustMarkTypes: repeatable(parameters, 'trust_mark_type').sort(),
      query: optional(parameters, 'query'),
    }
    const wanted = {
      entityClaims: parseEntityClaims(names(parameters, 'entity_claims')),
      uiClaims: parseUiClaims(names(parameters, 'ui_claims')),
      entityTypes: filter.entityTypes,
    }
    const trustAnchor = optionalEntityId(parameters, 'trust_anchor', deps) ?? deps.entityId
    const state = requireWalk(await collection.state(), trustAnchor, deps)
    const { records, next } = await collection.page(filter, from, limit)
    return sendJson(reply, {
      entities: records.map((record) => selectEntityInfo(record, wanted)),
      ...(next === undefined ? {} : { next: await cursors.format(next) }),
      ...(state.lastUpdated === undefined ? {} : { last_updated: state.lastUpdated }),
    })
  }
  endpoint(app, deps, 'collection', answer, { rateLimit })
}

/** A federation that nobody has walked yet is not an empty one. */
function requireWalk(
  state: CollectionState | undefined,
  trustAnchor: string,
  { entityId }: Deps,
): CollectionState {
  const walked = state ? (state.trustAnchor ?? entityId) : entityId
  if (trustAnchor !== walked) {
    const message = `The entities below ${trustAnchor} are not collected here; those below ${walked} are.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  if (state) return state
  const message = 'The federation has not been walked yet; try again in a few minutes.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}
