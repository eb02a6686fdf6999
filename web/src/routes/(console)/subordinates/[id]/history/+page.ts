import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 25

const SubordinateHistory = graphql(`
  query SubordinateHistory($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...HistoryEntry } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`)

export const load = (async ({ fetch, depends, parent, url }) => {
  depends(topic.subordinates)
  const { head } = await parent()
  const [after, before] = [url.searchParams.get('after'), url.searchParams.get('before')]
  const page = before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after: after || null }
  const filter = { resourceType: 'Subordinate', resource: head.entityId }
  const { auditEvents } = await read(fetch, SubordinateHistory, { filter, ...page })
  return { events: auditEvents }
}) satisfies PageLoad
