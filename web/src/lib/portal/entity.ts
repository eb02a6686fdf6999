/** Finds the entity that an address of the portal names. */
import { error } from '@sveltejs/kit'
import { entityIdProblem } from '#lib/entity/id.ts'

const unknown = {
  message: 'No such entity of your organizations is registered in this Trust Anchor.',
}

/** @throws 404 for an address that can name no entity */
export function entityAt({ searchParams }: Pick<URL, 'searchParams'>): { anchor: string; entityId: string } {
  const anchor = searchParams.get('anchor') ?? ''
  const entityId = searchParams.get('id') ?? ''
  if (anchor === '' || entityIdProblem(entityId)) error(404, unknown)
  return { anchor, entityId }
}

/** @throws 404 for an entity that is not there */
export function foundEntity<Entity>(entity: Entity | null): Entity {
  return entity ?? error(404, unknown)
}
