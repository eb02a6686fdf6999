/** Selects the requested claims of an entity in the collection (Entity Collection). */
import { FederationError, quote } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import type { CollectionRecord, UiInfo } from '#store/collection-record.ts'
import { uiClaims } from '#store/ui-claim.ts'

export type InfoRequest = {
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
export function parseEntityClaims(
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
export function parseUiClaims(
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

export function selectEntityInfo(record: CollectionRecord, request: InfoRequest): EntityInfo {
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
