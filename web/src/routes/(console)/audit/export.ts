/** Exports the entries of the audit log that match a search. */
import type { AuditEventFilter, AuditExportQuery } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csv, type FetchPage, jsonLines } from '#lib/list/export.ts'

const AuditExport = graphql(`
  query AuditExport($filter: AuditEventFilter, $after: String, $isFirst: Boolean!) {
    auditEvents(filter: $filter, first: 100, after: $after) {
      totalCount @include(if: $isFirst)
      edges {
        node {
          at actor { username } method apiKey address action resourceType resource eventTypes outcome reason before after requestId hash
        }
      }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
`)

type Row = AuditExportQuery['auditEvents']['edges'][number]['node']

export const auditFormats = [
  csv<Row>('CSV, for a spreadsheet', {
    at: ({ at }) => at,
    actor: ({ actor }) => actor.username,
    method: ({ method }) => method,
    address: ({ address }) => address,
    action: ({ action }) => action,
    resourceType: ({ resourceType }) => resourceType,
    resource: ({ resource }) => resource,
    eventTypes: ({ eventTypes }) => eventTypes,
    outcome: ({ outcome }) => outcome,
    reason: ({ reason }) => reason,
    before: ({ before }) => before,
    after: ({ after }) => after,
    requestId: ({ requestId }) => requestId,
    hash: ({ hash }) => hash,
    apiKey: ({ apiKey }) => apiKey,
  }),
  jsonLines('JSON lines, for a program'),
] as const

export const fetchEntries =
  (filter: AuditEventFilter): FetchPage<Row> =>
  async (after) => {
    const { value, refusal } = await ask(AuditExport, { filter, after, isFirst: after === null })
    return refusal ? { refusal } : { value: value.auditEvents }
  }
