/** The Redis record of one collected entity: the complete Entity Info of the Entity Collection draft. */
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'

/** Informational metadata parameters of one Entity Type, language tags included (§5.2.2). */
export type UiInfo = Record<string, unknown>

export type CollectionTrustMark = { trust_mark_type: string; trust_mark: string }

export type CollectionRecord = {
  entity_id: string
  entity_types: string[]
  /** Entity Type -> display information of the entity in that role. */
  ui_infos: Record<string, UiInfo>
  /** Only marks that verify under the Trust Anchor of the crawl. */
  trust_marks: CollectionTrustMark[]
}

/** Formats a field of the entities hash. */
export function formatCollectionRecord(record: CollectionRecord): string {
  return JSON.stringify(record)
}

/** Parses a field of the entities hash. A foreign writer may omit members. */
export function parseCollectionRecord(entityId: string, text: string): CollectionRecord {
  const value = readJson(text)
  const record = isJsonObject(value) ? value : {}
  const { entity_types: types, ui_infos: uiInfos, trust_marks: marks } = record
  return {
    entity_id: entityId,
    entity_types: Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [],
    ui_infos: isJsonObject(uiInfos) ? pickObjects(uiInfos) : {},
    trust_marks: Array.isArray(marks) ? marks.filter(isTrustMark) : [],
  }
}

function pickObjects(infos: Record<string, unknown>): Record<string, UiInfo> {
  return Object.fromEntries(
    Object.entries(infos).flatMap(([type, info]) => (isJsonObject(info) ? [[type, info]] : [])),
  )
}

function isTrustMark(value: unknown): value is CollectionTrustMark {
  return (
    isJsonObject(value) && typeof value.trust_mark_type === 'string' && typeof value.trust_mark === 'string'
  )
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTextArray = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Name without language tag -> whether a value is valid for display. */
export const uiClaims: Readonly<Record<string, (value: unknown) => boolean>> = {
  display_name: isText,
  description: isText,
  keywords: isTextArray,
  contacts: isTextArray,
  logo_uri: isText,
  policy_uri: isText,
  information_uri: isText,
  organization_name: isText,
  organization_uri: isText,
}
