/** Exports the requests that match a search. */
import type { RequestExportQuery, RequestExportQueryVariables } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csv, type FetchPage } from '#lib/list/export.ts'

const RequestExport = graphql(`
  query RequestExport($filter: RequestFilter, $orderBy: RequestOrder, $after: String, $isFirst: Boolean!) {
    requests(filter: $filter, orderBy: $orderBy, first: 100, after: $after) {
      totalCount @include(if: $isFirst)
      edges { node { entityId kind state organizationName trustMarkType submittedBy { username } submittedAt assignee { username } decidedAt } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
`)

type Row = RequestExportQuery['requests']['edges'][number]['node']

export const requestCsv = csv<Row>('CSV', {
  entityId: ({ entityId }) => entityId,
  kind: ({ kind }) => kind,
  state: ({ state }) => state,
  organization: ({ organizationName }) => organizationName,
  trustMarkType: ({ trustMarkType }) => trustMarkType,
  submittedBy: ({ submittedBy }) => submittedBy.username,
  submittedAt: ({ submittedAt }) => submittedAt,
  assignedTo: ({ assignee }) => assignee?.username ?? null,
  decidedAt: ({ decidedAt }) => decidedAt,
})

export const fetchRequests =
  ({ filter, orderBy }: Omit<RequestExportQueryVariables, 'after' | 'isFirst'>): FetchPage<Row> =>
  async (after) => {
    const { value, refusal } = await ask(RequestExport, { filter, orderBy, after, isFirst: after === null })
    return refusal ? { refusal } : { value: value.requests }
  }
