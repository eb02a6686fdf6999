/** Decides whose ports we fetch from: those of entities that the operator or a member vouches for (§18.1). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import type { Reader } from '#store/reader.ts'

type Stores = {
  reader: Pick<Reader, 'entityConfiguration' | 'subordinateStatement' | 'trustAnchors' | 'collection'>
}

/** Whether the entity is a subordinate, a pinned anchor, a superior of ours, or in the collection of the last crawl. */
export async function isTrustedEntity(entity: EntityId, { reader }: Stores): Promise<boolean> {
  if (await reader.subordinateStatement(entity)) return true
  if ((await reader.trustAnchors()).has(entity)) return true
  const own = await reader.entityConfiguration()
  const superiors = own && decodeJwt<{ authority_hints?: EntityId[] }>(own.jwt).authority_hints
  if (superiors?.includes(entity)) return true
  return (await reader.collection.entity(entity)) !== undefined
}
