/** The words by which an entity of the collection is found: its identifier, and the names that it goes by. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type CollectionRecord, parseCollectionRecord } from './collection-record.ts'
import type { RedisKeys } from './keys.ts'

export type SearchText = { id: EntityId; text: string }

const BATCH = 1_000

/** Characters kept of one entity. */
const MAX_LENGTH = 1_000

/** The words of a query, in the form in which texts are searched. */
export function searchWords(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean)
}

/** Of every entity, sorted by identifier. */
export async function readSearchTexts(redis: Redis, keys: RedisKeys['collection']): Promise<SearchText[]> {
  const texts: SearchText[] = []
  for (let from = '-'; ; from = `(${texts.at(-1)?.id}`) {
    const ids = await redis.zrangebylex(keys.sorted, from, '+', 'LIMIT', 0, BATCH)
    if (ids.length === 0) return texts
    const found = await redis.hmget(keys.entities, ...ids)
    for (const [index, id] of ids.entries()) {
      texts.push({ id, text: searchText(parseCollectionRecord(id, found[index] ?? '')) })
    }
  }
}

/** Names in all languages and roles; an organization is looked for by its name as well. */
function searchText({ entity_id, ui_infos }: CollectionRecord): string {
  const names = Object.values(ui_infos).flatMap((info) =>
    Object.entries(info).flatMap(([name, value]) =>
      isName(name) && typeof value === 'string' ? [value] : [],
    ),
  )
  return fold([entity_id, ...new Set(names)].join('\n')).slice(0, MAX_LENGTH)
}

function isName(claim: string): boolean {
  const [name] = claim.split('#', 1)
  return name === 'display_name' || name === 'organization_name'
}

/** Without case, and with one spelling for what looks the same. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
