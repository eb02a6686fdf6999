/** Pages of a list. Cursors know neighbours, not numbers: the address carries how many rows precede the cursor. */
import { count, plural } from '#lib/format.ts'

/** What is read of an address. */
export type Parameters = Pick<URLSearchParams, 'get' | 'has'>

export interface Connection<Row> {
  totalCount: number
  edges: readonly { node: Row }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    /** Absent from a list that is read forward only. */
    startCursor?: string | null
    endCursor?: string | null
  }
}

const PAGE_SIZE = 50

/** What the API is asked for. */
export function pageVariables(parameters: Parameters, size = PAGE_SIZE) {
  const [after, before] = [parameters.get('after'), parameters.get('before')]
  return before ? { last: size, before } : { first: size, after: after || null }
}

/** How many rows precede this page. Both ends of a list are certain; an address without an offset leaves it open. */
export function rowsBefore(
  { totalCount, edges, pageInfo }: Connection<unknown>,
  parameters: Parameters,
): number | undefined {
  if (!pageInfo.hasPreviousPage) return 0
  if (!pageInfo.hasNextPage) return totalCount - edges.length
  const offset = Number(parameters.get('offset'))
  const rows = parameters.has('before') ? offset - edges.length : offset
  return Number.isInteger(rows) && rows > 0 && rows + edges.length < totalCount ? rows : undefined
}

/** `12 users`, `1–50 of 5,008 subordinates`. */
export function pageInWords(
  { totalCount, edges }: Connection<unknown>,
  before: number | undefined,
  things: readonly [one: string, many: string],
): string {
  const all = plural(totalCount, ...things)
  if (edges.length >= totalCount) return all
  if (before === undefined) return `${count(edges.length)} of ${all}`
  return `${count(before + 1)}–${count(before + edges.length)} of ${all}`
}

/** The parameters of the neighbours; undefined where there is none. */
export function neighbours({ edges, pageInfo }: Connection<unknown>, before: number | undefined) {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo
  const offset = (rows: number) => (before === undefined ? undefined : String(before + rows))
  return {
    first: hasPreviousPage && startCursor === undefined ? {} : undefined,
    previous: hasPreviousPage && startCursor ? { before: startCursor, offset: offset(0) } : undefined,
    next: hasNextPage && endCursor ? { after: endCursor, offset: offset(edges.length) } : undefined,
  }
}
