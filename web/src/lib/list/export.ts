/** Reads all rows of a list page by page, as the lines of a file. */
import type { Outcome } from '#lib/graphql/refusal.ts'
import { csvLine } from './csv.ts'
import type { Connection } from './paging.ts'

export interface Format<Row> {
  name: string
  extension: string
  type: string
  head: string
  line: (row: Row) => string
}

export const csv = <Row>(
  name: string,
  columns: Readonly<Record<string, (row: Row) => unknown>>,
): Format<Row> => ({
  name,
  extension: 'csv',
  type: 'text/csv',
  head: csvLine(Object.keys(columns)),
  line: (row) => csvLine(Object.values(columns).map((read) => read(row))),
})

export const jsonLines = (name: string): Format<object> => ({
  name,
  extension: 'jsonl',
  type: 'application/jsonl',
  head: '',
  line: (row) => `${JSON.stringify(row)}\n`,
})

/** Only the first page is counted. */
type Page<Row> = Omit<Connection<Row>, 'totalCount'> & { totalCount?: number }
export type FetchPage<Row> = (after: string | null) => Promise<Outcome<Page<Row>>>

interface Watcher {
  signal: AbortSignal
  progressed: (done: number, total: number) => void
}

/** The lines, the reason of a failure, or undefined after a cancellation. */
export async function exportRows<Row>(
  fetchPage: FetchPage<Row>,
  { head, line }: Format<Row>,
  { signal, progressed }: Watcher,
): Promise<Outcome<string[]> | undefined> {
  const lines = [head]
  let total = 0
  for (let after: string | null = null; !signal.aborted; ) {
    const { value, refusal }: Outcome<Page<Row>> = await fetchPage(after)
    if (refusal) return { refusal }
    lines.push(...value.edges.map(({ node }) => line(node)))
    total = value.totalCount ?? total
    progressed(lines.length - 1, total)
    if (!value.pageInfo.hasNextPage) return { value: lines }
    after = value.pageInfo.endCursor ?? null
  }
  return undefined
}
