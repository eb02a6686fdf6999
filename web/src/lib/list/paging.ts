/** Pages of a list. A cursor has no page number, so the address carries the number of rows before it. */
import { count, plural } from '#lib/format.ts'

/** The parameters of an address. */
export type Parameters = Pick<URLSearchParams, 'get' | 'has'>

export interface Connection<Row> {
  totalCount: number
  edges: readonly { node: Row }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    /** Absent from a forward-only list. */
    startCursor?: string | null
    endCursor?: string | null
  }
}

export const PAGE_SIZE = 50
/** Those that users can choose; the API returns at most 100. */
export const pageSizes: readonly number[] = [25, 50, 100]

/** The rows of a page, as the address says. */
export function pageSizeAt(parameters: Parameters, standard = PAGE_SIZE): number {
  const chosen = Number(parameters.get('rows'))
  return pageSizes.includes(chosen) ? chosen : standard
}

/** The arguments for the API. */
export function pageVariables(parameters: Parameters, standard = PAGE_SIZE) {
  const size = pageSizeAt(parameters, standard)
  const [after, before] = [parameters.get('after'), parameters.get('before')]
  if (before) return { last: size, before }
  if (parameters.get('page') === 'last') return { last: size, before: null }
  return { first: size, after: after || null }
}

/**
 * The number of rows before this page. It is known at both ends of a list, and unknown for an address without an
 * offset.
 */
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

/** The parameters of the neighbouring pages; undefined if there is none. */
export function neighbours({ edges, pageInfo }: Connection<unknown>, before: number | undefined) {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo
  const offset = (rows: number) => (before === undefined ? undefined : String(before + rows))
  return {
    first: hasPreviousPage ? {} : undefined,
    previous: hasPreviousPage && startCursor ? { before: startCursor, offset: offset(0) } : undefined,
    next: hasNextPage && endCursor ? { after: endCursor, offset: offset(edges.length) } : undefined,
    // A forward-only list cannot be read from its end.
    last: hasNextPage && startCursor ? { page: 'last' } : undefined,
  }
}
