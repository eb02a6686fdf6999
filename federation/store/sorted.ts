/** Searches, joins and changes lists that are sorted by identifier. */
import { createPauses } from './pause.ts'

type IdOf<Item> = (item: Item) => string

const PAUSE_EVERY = 1_000

/** Returns the index of `id`, or the index at which it would be inserted. */
export function findIndexAtOrAfter<Item>(sorted: readonly Item[], id: string, idOf: IdOf<Item>): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = sorted[middle]
    if (item !== undefined && idOf(item) < id) low = middle + 1
    else high = middle
  }
  return low
}

/** Joins sorted lists into one, with pauses: a million items take more than a second. */
export async function joinSorted<Item>(
  lists: readonly (readonly Item[])[],
  idOf: IdOf<Item>,
): Promise<readonly Item[]> {
  const pause = createPauses()
  let left = lists
  while (left.length > 1) {
    const joined: (readonly Item[])[] = []
    for (let at = 0; at < left.length; at += 2) {
      joined.push(await joinTwo(left[at] ?? [], left[at + 1] ?? [], { idOf, pause }))
    }
    left = joined
  }
  return left[0] ?? []
}

/** Keeps the second of two items with one identifier. */
async function joinTwo<Item>(
  first: readonly Item[],
  second: readonly Item[],
  { idOf, pause }: { idOf: IdOf<Item>; pause: (done: number) => Promise<void> },
): Promise<readonly Item[]> {
  if (second.length === 0) return first
  const joined: Item[] = []
  let [at, paused] = [0, 0]
  for (const item of second) {
    const id = idOf(item)
    let next = first[at]
    for (; next !== undefined && idOf(next) < id; next = first[++at]) joined.push(next)
    if (next !== undefined && idOf(next) === id) at += 1
    joined.push(item)
    if (joined.length - paused < PAUSE_EVERY) continue
    await pause(joined.length - paused)
    paused = joined.length
  }
  return joined.concat(first.slice(at))
}

/** Replaces, inserts or, without an item, removes. Copies the list once for all changes. */
export function changeSorted<Item>(
  sorted: readonly Item[],
  changes: readonly { id: string; item: Item | undefined }[],
  idOf: IdOf<Item>,
): Item[] {
  const parts: Item[][] = []
  let from = 0
  for (const { id, item } of changes.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const at = findIndexAtOrAfter(sorted, id, idOf)
    const found = sorted[at]
    parts.push(sorted.slice(from, at), item === undefined ? [] : [item])
    from = found !== undefined && idOf(found) === id ? at + 1 : at
  }
  return sorted.slice(0, 0).concat(...parts, sorted.slice(from))
}
