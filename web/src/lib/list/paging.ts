/** One page of a list, as it stands in the address bar: cursors know neighbours, not page numbers. */

export interface Place {
  after?: string
  before?: string
}

interface PageInfo {
  hasNextPage: boolean
  hasPreviousPage: boolean
  startCursor?: string | null
  endCursor?: string | null
}

/** What the API is asked for. */
export function pageVariables(parameters: URLSearchParams, size: number) {
  const [after, before] = [parameters.get('after'), parameters.get('before')]
  return before ? { last: size, before } : { first: size, after: after || null }
}

/** The addresses of the neighbours; undefined where there is none. */
export function pageLinks(
  { hasNextPage, hasPreviousPage, startCursor, endCursor }: PageInfo,
  hrefOf: (place: Place) => string,
) {
  return {
    previous: hasPreviousPage && startCursor ? hrefOf({ before: startCursor }) : undefined,
    next: hasNextPage && endCursor ? hrefOf({ after: endCursor }) : undefined,
  }
}
