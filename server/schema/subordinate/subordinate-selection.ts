/** Which subordinates an operation on many is about. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { requireName, requireSize } from '#server/jobs/kind/row.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { ownKey } from '#server/schema/input.ts'
import { SubordinateFilter, subordinateCondition } from '#server/schema/subordinate/subordinate-list.ts'

export const SubordinateSelection = builder.inputType('SubordinateSelectionInput', {
  description: 'The subordinates, in exactly one of these ways.',
  isOneOf: true,
  fields: (t) => ({
    ids: t.idList({ description: 'By id, at most 10000.' }),
    entityIds: t.stringList({ description: 'By Entity Identifier, at most 10000. An unknown one fails.' }),
    filter: t.field({
      type: SubordinateFilter,
      description: 'All that match, as in the list; an empty filter matches all.',
    }),
  }),
})

/** `named`: those that are named one by one, to say which are unknown. */
type Chosen = { where: Prisma.SubordinateWhereInput; named?: readonly string[] }

/**
 * `areWhole`: the ids name their anchor, as those of a client do.
 * @throws InvalidInputError
 */
export async function chosenBy(
  context: Context,
  { ids, entityIds, filter }: typeof SubordinateSelection.$inferInput,
  areWhole = false,
): Promise<Chosen> {
  if (entityIds) {
    const given = entityIds
      .map((name) => requireName(name.trim(), 'subordinates', 'entityIds'))
      .filter((name) => name !== '')
    const named = [...new Set(given)]
    requireSize(named, 'subordinates', 'entityIds')
    return { where: { entityId: { in: named } }, named }
  }
  if (!ids) return { where: await subordinateCondition(filter ?? {}, context) }
  requireSize(ids, 'subordinates', 'ids')
  const keys = ids.map((id) => ownKey(context, id, 'Subordinate', areWhole) ?? 0)
  const where = { id: { in: keys } }
  const rows = await context.db.subordinate.findMany({ where, select: { id: true, entityId: true } })
  const names = new Map(rows.map(({ id, entityId }) => [id, entityId]))
  return { where, named: ids.map((id, at) => names.get(keys[at] ?? 0) ?? id) }
}
