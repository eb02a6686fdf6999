/** The audit log as a file: page by page, so that neither side holds more than it must. */

import type { AuditEventFilter, AuditExportQuery } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csvLine } from '#lib/list/csv.ts'

const AuditExport = graphql(`
  query AuditExport($filter: AuditEventFilter, $after: String) {
    auditEvents(filter: $filter, first: 100, after: $after) {
      totalCount
      edges {
        node {
          id at actor method address action resourceType resource eventTypes outcome reason before after requestId hash
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Entry = AuditExportQuery['auditEvents']['edges'][number]['node']

const columns = [
  'at',
  'actor',
  'method',
  'address',
  'action',
  'resourceType',
  'resource',
  'eventTypes',
  'outcome',
  'reason',
  'before',
  'after',
  'requestId',
  'hash',
] as const satisfies (keyof Entry)[]

export interface Format {
  name: string
  extension: string
  type: string
  head: string
  line: (entry: Entry) => string
}

export const formats = {
  csv: {
    name: 'CSV, for a spreadsheet',
    extension: 'csv',
    type: 'text/csv',
    head: csvLine(columns),
    line: (entry) => csvLine(columns.map((name) => entry[name])),
  },
  jsonl: {
    name: 'JSON lines, for a program',
    extension: 'jsonl',
    type: 'application/jsonl',
    head: '',
    line: ({ id: _, ...entry }) => `${JSON.stringify(entry)}\n`,
  },
} as const satisfies Record<string, Format>

/** Answers with the lines, or with the reason why there are none. */
export async function exportAudit(
  filter: AuditEventFilter,
  { head, line }: Format,
  { signal, progressed }: { signal: AbortSignal; progressed: (done: number, total: number) => void },
): Promise<{ lines: string[]; problem?: never } | { lines?: never; problem: string }> {
  const lines = [head]
  for (let after: string | null = null; !signal.aborted; ) {
    const { value, refusal }: Awaited<ReturnType<typeof page>> = await page(filter, after)
    if (refusal) return { problem: refusal.message }
    const { edges, pageInfo, totalCount } = value.auditEvents
    lines.push(...edges.map(({ node }) => line(node)))
    progressed(lines.length - 1, totalCount)
    if (!pageInfo.hasNextPage) return { lines }
    after = pageInfo.endCursor
  }
  return { problem: 'The export was cancelled.' }
}

const page = (filter: AuditEventFilter, after: string | null) => ask(AuditExport, { filter, after })
