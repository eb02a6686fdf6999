/** One entity of the collection as it lies in Redis: an Entity Info of the Entity Collection draft, whole. */
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'

/** Informational metadata parameters of one Entity Type, language tags included (§5.2.2). */
export type UiInfo = Record<string, unknown>

export type CollectionTrustMark = { trust_mark_type: string; trust_mark: string }

export type CollectionRecord = {
  entity_id: string
  entity_types: string[]
  /** Entity Type -> what a person may be shown of the entity in that role. */
  ui_infos: Record<string, UiInfo>
  /** Verified under the Trust Anchor of the walk, and no others. */
  trust_marks: CollectionTrustMark[]
}

/** The value of one field of the entities hash. */
export function formatCollectionRecord(record: CollectionRecord): string {
  return JSON.stringify(record)
}

/** Reads one field of the entities hash; a foreign writer may have left members out. */
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
