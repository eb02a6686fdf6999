import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'

const SubordinateHistory = graphql(`
  query SubordinateHistory($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...AuditEntry } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, parent, url }) => {
  depends(topic.subordinates)
  const { head } = await parent()
  const filter = { resourceTypes: ['SUBORDINATE' as const], resource: head.entityId }
  const { auditEvents } = await read(fetch, SubordinateHistory, {
    filter,
    ...pageVariables(url.searchParams),
  })
  return { events: auditEvents }
}
