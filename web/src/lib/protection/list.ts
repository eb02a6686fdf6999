/** Describes change requests as a list, with its filters. */
import type { ChangeRequestFilter } from '#lib/gql/graphql.ts'
import { parts, rowsOf, text } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { changeStates } from './state.ts'

export const changeList: List<ChangeRequestFilter, 'state' | 'by'> = {
  things: ['approval', 'approvals'],
  filters: {
    state: parts<ChangeRequestFilter>('Which approvals', 'OPEN', {
      ...rowsOf(changeStates, (state): ChangeRequestFilter => ({ state })),
      all: { label: 'All', condition: {} },
    }),
    by: text('Requested by', 'the whole username', (requestedBy): ChangeRequestFilter => ({ requestedBy })),
  },
}
