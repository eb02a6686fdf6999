/** Describes the collection as a list, with its filters. */
import { entityTypes } from '#lib/entity/type.ts'
import type { CollectionFilter } from '#lib/gql/graphql.ts'
import { choice, markType, rowsOf, search } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { subordinateStates } from '#lib/subordinate/state.ts'

const ofType = (entityType: string) => ({ entityType })

export const collectionList: List<CollectionFilter, 'q' | 'type' | 'state' | 'mark'> = {
  things: ['entity', 'entities'],
  filters: {
    q: search('Name or part of the Entity Identifier'),
    type: choice('Entity Type', 'All Entity Types', rowsOf(entityTypes, ofType), ofType),
    state: choice(
      'State',
      'All states',
      rowsOf(subordinateStates, (state): CollectionFilter => ({ state })),
    ),
    mark: markType('Trust Mark type', 'All Trust Mark types'),
  },
}
