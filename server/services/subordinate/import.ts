/** Makes a list of entities to register the items of a run. Registration parses each entity's fields. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { RegisterInput } from '#server/services/subordinate/input.ts'

const MAXIMUM = 10_000
/** Characters of a line that the run shows. */
const SHOWN_LENGTH = 2048

/** An entity of the list; a duplicate names an earlier one again. */
export type ImportedEntity = RegisterInput & { isDuplicate?: true }

type Given = {
  subordinates?: readonly RegisterInput[] | null | undefined
  /** Entity Identifiers as written, which may be none. */
  lines?: readonly string[] | null | undefined
}

type Item = { resource: string; input: Prisma.InputJsonObject }

/** @throws InvalidInputError for an empty or too long list; a bad entity becomes an item that fails */
export function parseImport({ subordinates, lines }: Given): Item[] {
  const written = (lines ?? []).map((line) => line.trim()).filter((entityId) => entityId !== '')
  const list: RegisterInput[] = [...(subordinates ?? []), ...written.map((entityId) => ({ entityId }))]
  if (list.length === 0) throw new InvalidInputError('The list is empty. Name the entities.', 'subordinates')
  if (list.length > MAXIMUM)
    throw new InvalidInputError(`At most ${MAXIMUM} entities are imported at once.`, 'subordinates')
  const seen = new Set<string>()
  return list.map((each) => {
    const entity: ImportedEntity = seen.has(each.entityId) ? { ...each, isDuplicate: true } : each
    seen.add(each.entityId)
    const input = { ...entity } as Prisma.InputJsonObject // parsed from JSON
    return { resource: each.entityId.slice(0, SHOWN_LENGTH), input }
  })
}
