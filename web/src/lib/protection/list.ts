/** Describes approvals as a list, with its filters. */
import type { ApprovalFilter } from '#lib/gql/graphql.ts'
import { parts, rowsOf, text } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { changeStates } from './state.ts'

export const changeList: List<ApprovalFilter, 'state' | 'by'> = {
  things: ['approval', 'approvals'],
  filters: {
    state: parts<ApprovalFilter>('Which approvals', 'OPEN', {
      ...rowsOf(changeStates, (state): ApprovalFilter => ({ state })),
      all: { label: 'All', condition: {} },
    }),
    by: text('Requested by', 'the whole username', (requestedBy): ApprovalFilter => ({ requestedBy })),
  },
}
