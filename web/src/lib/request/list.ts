/** Describes the requests that operators decide as a list, with its filters. */
import type { RequestFilter } from '#lib/gql/graphql.ts'
import { assignee, choice, organization, parts, rowsOf, search } from '#lib/list/filter.ts'
import { type List, listVariables, readOrder, type Search } from '#lib/list/list.ts'
import type { Parameters } from '#lib/list/paging.ts'
import { requestKinds } from './kind.ts'
import { requestStates } from './state.ts'

export const requestList: List<RequestFilter, 'state' | 'q' | 'kind' | 'organization' | 'assignee'> = {
  things: ['request', 'requests'],
  filters: {
    state: parts<RequestFilter>('Which requests', 'open', {
      open: { label: 'Open', condition: { isOpen: true } },
      ...rowsOf(requestStates, (state): RequestFilter => ({ state })),
      all: { label: 'All', condition: {} },
    }),
    q: search('Entity Identifier or organization'),
    kind: choice(
      'Kind',
      'All kinds',
      rowsOf(requestKinds, (kind): RequestFilter => ({ kind })),
    ),
    organization: organization('Organization', 'All organizations'),
    assignee: assignee('Assigned to', 'Assigned to anyone'),
  },
}

/** `sort` is `submitted`, with a minus for the newest first. */
export type RequestSearch = Search<typeof requestList> & { sort?: string }

const sorts = new Map([['submitted', 'SUBMITTED_AT' as const]])

export const requestVariables = (parameters: Parameters) => ({
  ...listVariables(parameters, requestList),
  orderBy: readOrder(parameters, sorts, 'SUBMITTED_AT'),
})
