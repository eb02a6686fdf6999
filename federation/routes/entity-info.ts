/** What a page of the collection says of an entity: the claims that were asked for, and no others (Entity Collection). */
import { FederationError, quote } from '#core/errors.ts'
import { member } from '#core/json.ts'
import type { CollectionRecord, UiInfo } from '#store/collection-record.ts'
import { uiClaims } from '#store/ui-claim.ts'

export type InfoRequest = {
  entityClaims: ReadonlySet<string>
  /** All when undefined. With or without language tag; without, every language is meant. */
  uiClaims: ReadonlySet<string> | undefined
  /** Whose UI infos are wanted; all when empty. */
  entityTypes: readonly string[]
}

type EntityInfo = Record<string, unknown>

/** Claims of an Entity Info -> its part of the record. `entity_id` is always there. */
const claims: Readonly<Record<string, (record: CollectionRecord, request: InfoRequest) => EntityInfo>> = {
  entity_id: ({ entity_id }) => ({ entity_id }),
  entity_types: ({ entity_types }) => ({ entity_types }),
  ui_infos: ({ ui_infos }, request) => {
    const wanted = selectUiInfos(ui_infos, request)
    return Object.keys(wanted).length > 0 ? { ui_infos: wanted } : {}
  },
  trust_marks: ({ trust_marks }) => (trust_marks.length > 0 ? { trust_marks } : {}),
}

/** What an Entity Info holds when nothing is asked for. Trust Marks are long, and few want them of everybody. */
const defaultClaims: ReadonlySet<string> = new Set(['entity_id', 'entity_types', 'ui_infos'])

/** @throws FederationError `unsupported_claim` */
export function parseEntityClaims(names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return defaultClaims
  for (const name of names)
    if (!member(claims, name)) throw unsupported('entity_claims', name, Object.keys(claims))
  return new Set(['entity_id', ...names])
}

/** @throws FederationError `unsupported_claim` */
export function parseUiClaims(names: readonly string[]): ReadonlySet<string> | undefined {
  if (names.length === 0) return undefined
  for (const name of names) {
    if (!member(uiClaims, plain(name))) throw unsupported('ui_claims', name, Object.keys(uiClaims))
  }
  return new Set(names)
}

export function selectEntityInfo(record: CollectionRecord, request: InfoRequest): EntityInfo {
  const parts = [...request.entityClaims].map((name) => claims[name]?.(record, request))
  return Object.assign({}, ...parts)
}

function selectUiInfos(infos: Record<string, UiInfo>, request: InfoRequest): Record<string, UiInfo> {
  const { entityTypes, uiClaims: wanted } = request
  const selected = Object.entries(infos)
    .filter(([type]) => entityTypes.length === 0 || entityTypes.includes(type))
    .map(([type, info]) => [type, wanted ? selectClaims(info, wanted) : info] as const)
  return Object.fromEntries(selected.filter(([, info]) => Object.keys(info).length > 0))
}

function selectClaims(info: UiInfo, wanted: ReadonlySet<string>): UiInfo {
  return Object.fromEntries(
    Object.entries(info).filter(([name]) => wanted.has(name) || wanted.has(plain(name))),
  )
}

/** The name of a claim without its language tag (§5.2.2). */
function plain(name: string): string {
  return name.split('#', 1)[0] ?? name
}

function unsupported(parameter: string, name: string, known: readonly string[]): FederationError {
  const message = `${parameter} names ${quote(name)}, which is not offered here; there is ${known.join(', ')}.`
  return new FederationError('unsupported_claim', message, { path: [parameter] })
}
