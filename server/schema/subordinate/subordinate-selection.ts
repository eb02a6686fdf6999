/** Which subordinates an operation on many is about. */
import { builder } from '#server/schema/builder.ts'
import { SubordinateFilter } from '#server/schema/subordinate/subordinate-list.ts'

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
