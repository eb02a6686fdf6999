/** Reads what the pages of a list say, for a comparison. */
import type { Redis } from 'ioredis'
import type { ItemFormat, ListItem } from '#store/list-page.ts'
import { readPageNames, readPages } from '#store/page-reader.ts'
import { findPage } from '#store/paged-list.ts'

export type ListPlace<Item extends ListItem> = { key: string; format: ItemFormat<Item> }

/** Pages at once: some thousand items. */
const BATCH = 10

/** Yields all items. */
export async function* listedItems<Item extends ListItem>(
  redis: Redis,
  place: ListPlace<Item>,
): AsyncGenerator<Item[]> {
  const names = await readPageNames(redis, place.key)
  for (let at = 0; at < names.length; at += BATCH) {
    yield await readItems(redis, place, { names, wanted: names.slice(at, at + BATCH) })
  }
}

/** The number of items in all pages. */
export async function countListed(redis: Redis, { key, format }: ListPlace<ListItem>): Promise<number> {
  const names = await readPageNames(redis, key)
  let count = 0
  for (let at = 0; at < names.length; at += BATCH) {
    const pages = await readPages(redis, key, { names: names.slice(at, at + BATCH), format })
    for (const { length } of pages) count += length
  }
  return count
}

/** Looks up items by their identifiers, among the pages that are there now; null where one is absent. */
export type ListLookup<Item> = (ids: readonly string[]) => Promise<(Item | null)[]>

export async function openList<Item extends ListItem>(
  redis: Redis,
  place: ListPlace<Item>,
): Promise<ListLookup<Item>> {
  const names = await readPageNames(redis, place.key)
  return async (ids) => {
    const wanted = new Set(ids.flatMap((id) => names[findPage(names, id)] ?? []))
    const items = await readItems(redis, place, { names, wanted: [...wanted] })
    const found = new Map(items.map((item) => [item.id, item]))
    return ids.map((id) => found.get(id) ?? null)
  }
}

/** Without the items of a page that has some of the next one: the next change of the page removes those. */
async function readItems<Item extends ListItem>(
  redis: Redis,
  { key, format }: ListPlace<Item>,
  { names, wanted }: { names: readonly string[]; wanted: readonly string[] },
): Promise<Item[]> {
  const pages = await readPages(redis, key, { names: wanted, format })
  return pages.flatMap((page) => {
    const [items, next] = [page.items(), names[findPage(names, page.name) + 1]]
    const isInOrder = next === undefined || (items.at(-1)?.id ?? '') < next
    return isInOrder ? items : []
  })
}
