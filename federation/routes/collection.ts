/** Serves the entities of a federation at any depth, as of the last crawl (Entity Collection). */
import type { FastifyInstance } from 'fastify'
import { FederationError, quote } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import type { CollectionState } from '#store/collection-reader.ts'
import { type CollectionRecord, type UiInfo, uiClaims } from '#store/collection-record.ts'
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

type InfoRequest = {
  /** Claims of an Entity Info by their names in the response. */
  entityClaims: ReadonlySet<string>
  /** Undefined: all. A name without language tag includes all languages. */
  uiClaims: ReadonlySet<string> | undefined
  /** Entity Types of the UI infos. Empty: all. */
  entityTypes: readonly string[]
}

type EntityInfo = Record<string, unknown>

/** Claim of an Entity Info -> its part of the record. `entity_id` is always included. */
const claims: Readonly<Record<string, (record: CollectionRecord, request: InfoRequest) => EntityInfo>> = {
  entity_id: ({ entity_id }) => ({ entity_id }),
  entity_types: ({ entity_types }) => ({ entity_types }),
  ui_infos: (record, request) => nameInfos('ui_infos', record, request),
  entity_infos: (record, request) => nameInfos('entity_infos', record, request),
  trust_marks: ({ trust_marks }) => (trust_marks.length > 0 ? { trust_marks } : {}),
}

/** Claims without a request. Trust Marks are omitted, because they are long and rarely needed for all entities. */
const defaultClaims = ['entity_id', 'entity_types']

/**
 * The next draft calls `ui_infos` `entity_infos`, and `ui_claims` `info_claims`: a request with the new
 * name is answered with the new one.
 * @throws FederationError `unsupported_claim`
 */
function parseEntityClaims(
  names: readonly string[],
  { usesInfoClaims }: { usesInfoClaims: boolean },
): ReadonlySet<string> {
  if (names.length === 0) return new Set([...defaultClaims, usesInfoClaims ? 'entity_infos' : 'ui_infos'])
  for (const name of names)
    if (!getMember(claims, name)) throw createUnsupportedError('entity_claims', name, Object.keys(claims))
  return new Set(['entity_id', ...names])
}

/**
 * @param given the names under each parameter
 * @throws FederationError `unsupported_claim`
 */
function parseUiClaims(
  given: Readonly<Record<'ui_claims' | 'info_claims', readonly string[]>>,
): ReadonlySet<string> | undefined {
  for (const [parameter, names] of Object.entries(given)) {
    for (const name of names)
      if (!getMember(uiClaims, removeTag(name)))
        throw createUnsupportedError(parameter, name, Object.keys(uiClaims))
  }
  const names = Object.values(given).flat()
  return names.length === 0 ? undefined : new Set(names)
}

function selectEntityInfo(record: CollectionRecord, request: InfoRequest): EntityInfo {
  const parts = [...request.entityClaims].map((name) => claims[name]?.(record, request))
  return Object.assign({}, ...parts)
}

function nameInfos(name: string, { ui_infos }: CollectionRecord, request: InfoRequest): EntityInfo {
  const selected = selectUiInfos(ui_infos, request)
  return Object.keys(selected).length > 0 ? { [name]: selected } : {}
}

function selectUiInfos(infos: Record<string, UiInfo>, request: InfoRequest): Record<string, UiInfo> {
  const { entityTypes, uiClaims: requested } = request
  const selected = Object.entries(infos)
    .filter(([type]) => entityTypes.length === 0 || entityTypes.includes(type))
    .map(([type, info]) => [type, requested ? selectClaims(info, requested) : info] as const)
  return Object.fromEntries(selected.filter(([, info]) => Object.keys(info).length > 0))
}

function selectClaims(info: UiInfo, requested: ReadonlySet<string>): UiInfo {
  return Object.fromEntries(
    Object.entries(info).filter(([name]) => requested.has(name) || requested.has(removeTag(name))),
  )
}

/** Removes the language tag from the name of a claim (§5.2.2). */
function removeTag(name: string): string {
  return name.split('#', 1)[0] ?? name
}

function createUnsupportedError(parameter: string, name: string, known: readonly string[]): FederationError {
  const message = `${parameter} does not support ${quote(name)}. Use ${known.join(', ')}.`
  return new FederationError('unsupported_claim', message, { path: [parameter] })
}
