/** Searches lists that are sorted by identifier. */

/** Returns the index of `id`, or the index at which it would be inserted. */
export function findIndexAtOrAfter<Item>(
  sorted: readonly Item[],
  id: string,
  getId: (item: Item) => string,
): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = sorted[middle]
    if (item !== undefined && getId(item) < id) low = middle + 1
    else high = middle
  }
  return low
}
