import { auditFilter, parseAuditSearch } from '#lib/audit/search.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const AuditPage = graphql(`
  query AuditPage($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...AuditEntry } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.audit)
  const search = parseAuditSearch(url.searchParams)
  const { auditEvents } = await read(fetch, AuditPage, {
    filter: auditFilter(search),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return { title: 'Audit log', search, events: auditEvents }
}) satisfies PageLoad
