/** The subordinates that a search finds, as a file: page by page, so that neither side holds more than it must. */

import type { SubordinateExportQuery, SubordinateFilter, SubordinateOrder } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csvLine } from '#lib/list/csv.ts'

const SubordinateExport = graphql(`
  query SubordinateExport($filter: SubordinateFilter, $orderBy: SubordinateOrder, $after: String) {
    subordinates(filter: $filter, orderBy: $orderBy, first: 100, after: $after) {
      totalCount
      edges {
        node {
          entityId displayName entityTypes intermediate state publication
          statement { expiresAt }
          registeredAt lastCheckedAt lastError
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Row = SubordinateExportQuery['subordinates']['edges'][number]['node']

const columns: Readonly<Record<string, (row: Row) => unknown>> = {
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
}

interface Search {
  filter?: SubordinateFilter | null | undefined
  orderBy?: SubordinateOrder | null | undefined
}

/** Answers with the lines, or with the reason why there are none. */
export async function exportSubordinates(
  search: Search,
  { signal, progressed }: { signal: AbortSignal; progressed: (done: number, total: number) => void },
): Promise<{ lines: string[]; problem?: never } | { lines?: never; problem: string }> {
  const lines = [csvLine(Object.keys(columns))]
  for (let after: string | null = null; !signal.aborted; ) {
    const { value, refusal }: Awaited<ReturnType<typeof page>> = await page(search, after)
    if (refusal) return { problem: refusal.message }
    const { edges, pageInfo, totalCount } = value.subordinates
    lines.push(...edges.map(({ node }) => csvLine(Object.values(columns).map((read) => read(node)))))
    progressed(lines.length - 1, totalCount)
    if (!pageInfo.hasNextPage) return { lines }
    after = pageInfo.endCursor ?? null
  }
  return { problem: 'The export was cancelled.' }
}

const page = ({ filter = null, orderBy = null }: Search, after: string | null) =>
  ask(SubordinateExport, { filter, orderBy, after })
