/** Cuts a list into pages. */
export function pagesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const pages = Math.ceil(items.length / size)
  return Array.from({ length: pages }, (_, page) => items.slice(page * size, (page + 1) * size))
}
