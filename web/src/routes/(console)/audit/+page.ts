import { auditVariables } from '#lib/audit/list.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const AuditPage = graphql(`
  query AuditPage($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...AuditEntry ...RunEntry } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.audit)
  const { auditEvents } = await read(fetch, AuditPage, auditVariables(url.searchParams))
  return { title: 'Audit log', auditEvents }
}
