/** Reads the further pages of a list that an address of the portal names. */

interface Page<Edge> {
  edges: Edge[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** A page with `pages` pages after it. `readAfter` returns nothing when the place of the list is gone. */
export async function withFurther<Edge>(
  first: Page<Edge>,
  pages: number,
  readAfter: (cursor: string) => Promise<Page<Edge> | undefined>,
): Promise<Page<Edge>> {
  const { hasNextPage, endCursor } = first.pageInfo
  if (pages === 0 || !hasNextPage || endCursor === null) return first
  const next = await readAfter(endCursor)
  if (!next) return first
  return withFurther({ ...next, edges: [...first.edges, ...next.edges] }, pages - 1, readAfter)
}
