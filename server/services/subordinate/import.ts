/** Parses a list of entities to register as the items of a run. Registration parses each entity's other fields. */
import { parseEntityId } from '#core/entity-id.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import type { RegisterInput } from '#server/services/subordinate/subordinates.ts'

const MAXIMUM = 10_000

type Item = { resource: string; input: Prisma.InputJsonObject }

/** @throws InvalidInputError for an invalid list or Entity Identifier */
export function parseImport(list: readonly RegisterInput[], { allowHttp }: { allowHttp: boolean }): Item[] {
  if (list.length === 0) throw new InvalidInputError('The list is empty. Name the entities.', 'subordinates')
  if (list.length > MAXIMUM)
    throw new InvalidInputError(`At most ${MAXIMUM} entities are imported at once.`, 'subordinates')
  const items = new Map<string, Item>()
  for (const each of list) {
    const resource = parseField('subordinates', () => parseEntityId(each.entityId, { allowHttp }))
    if (items.has(resource)) throw new InvalidInputError(`${resource} is in the list twice.`, 'subordinates')
    items.set(resource, { resource, input: { ...each } as Prisma.InputJsonObject }) // parsed from JSON
  }
  return [...items.values()]
}
