/** Exports the subordinates that match a search. */
import type { SubordinateExportQuery, SubordinateExportQueryVariables } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csv, type FetchPage } from '#lib/list/export.ts'

const SubordinateExport = graphql(`
  query SubordinateExport($filter: SubordinateFilter, $orderBy: SubordinateOrder, $after: String, $isFirst: Boolean!) {
    subordinates(filter: $filter, orderBy: $orderBy, first: 100, after: $after) {
      totalCount @include(if: $isFirst)
      edges {
        node {
          entityId displayName entityTypes intermediate state publication tags note organization { name }
          statement { expiresAt }
          registeredAt lastCheckedAt lastError
          problem { code message section since }
        }
      }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
`)

type Row = SubordinateExportQuery['subordinates']['edges'][number]['node']

export const subordinateCsv = csv<Row>('CSV', {
  entityId: ({ entityId }) => entityId,
  displayName: ({ displayName }) => displayName,
  entityTypes: ({ entityTypes }) => entityTypes.join(' '),
  intermediate: ({ intermediate }) => intermediate,
  state: ({ state }) => state,
  publication: ({ publication }) => publication,
  statementExpiresAt: ({ statement }) => statement?.expiresAt,
  registeredAt: ({ registeredAt }) => registeredAt,
  lastCheckedAt: ({ lastCheckedAt }) => lastCheckedAt,
  lastError: ({ lastError }) => lastError,
  problemCode: ({ problem }) => problem?.code,
  problemMessage: ({ problem }) => problem?.message,
  problemSection: ({ problem }) => problem?.section,
  problemSince: ({ problem }) => problem?.since,
  tags: ({ tags }) => tags.join(', '),
  note: ({ note }) => note,
  organization: ({ organization }) => organization?.name,
})

export const fetchSubordinates =
  ({ filter, orderBy }: Omit<SubordinateExportQueryVariables, 'after' | 'isFirst'>): FetchPage<Row> =>
  async (after) => {
    const { value, refusal } = await ask(SubordinateExport, {
      filter,
      orderBy,
      after,
      isFirst: after === null,
    })
    return refusal ? { refusal } : { value: value.subordinates }
  }
