/** Prepares the text search over the collection: identifiers and display names. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type CollectionRecord, parseCollectionRecord } from './collection-record.ts'
import type { RedisKeys } from './keys.ts'

export type SearchText = { id: EntityId; text: string }

const BATCH = 1_000

/** Characters per entity. */
const MAX_LENGTH = 1_000

/** Splits a query into normalized words. */
export function splitQuery(query: string): string[] {
  return normalize(query).split(/\s+/).filter(Boolean)
}

/** Reads the search text of every entity, sorted by identifier. */
export async function readSearchTexts(redis: Redis, keys: RedisKeys['collection']): Promise<SearchText[]> {
  const texts: SearchText[] = []
  for (let from = '-'; ; from = `(${texts.at(-1)?.id}`) {
    const ids = await redis.zrangebylex(keys.sorted, from, '+', 'LIMIT', 0, BATCH)
    if (ids.length === 0) return texts
    const found = await redis.hmget(keys.entities, ...ids)
    for (const [index, id] of ids.entries()) {
      texts.push({ id, text: buildSearchText(parseCollectionRecord(id, found[index] ?? '')) })
    }
  }
}

/** The identifier, display names and organization names, in all languages and roles. */
function buildSearchText({ entity_id, ui_infos }: CollectionRecord): string {
  const names = Object.values(ui_infos).flatMap((info) =>
    Object.entries(info).flatMap(([name, value]) =>
      isName(name) && typeof value === 'string' ? [value] : [],
    ),
  )
  return normalize([entity_id, ...new Set(names)].join('\n')).slice(0, MAX_LENGTH)
}

function isName(claim: string): boolean {
  const [name] = claim.split('#', 1)
  return name === 'display_name' || name === 'organization_name'
}

/** Removes case and differences between equivalent Unicode spellings. */
function normalize(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
