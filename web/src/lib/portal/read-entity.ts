/** Reads the entity of a page of the portal. */
import type { LoadEvent } from '@sveltejs/kit'
import { read } from '#lib/graphql/client.ts'
import type { Document } from '#lib/graphql/document.ts'
import { topic } from '#lib/topic.ts'
import { entityAt, foundEntity } from './entity.ts'

/** @throws 404 for an entity that is not there */
export async function readEntity<Entity>(
  { fetch, depends, url }: Pick<LoadEvent, 'fetch' | 'depends' | 'url'>,
  document: Document<{ organizationEntity: Entity | null }, ReturnType<typeof entityAt>>,
): Promise<Entity> {
  depends(topic.portal)
  const { organizationEntity } = await read(fetch, document, entityAt(url))
  return foundEntity(organizationEntity)
}
