/** Reads the pages of a list that our publisher keeps in Redis. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from './keys.ts'
import type { ListSource } from './list-index.ts'
import { type ItemFormat, type ListItem, type Page, parsePage } from './list-page.ts'
import { createPagedList, findPage } from './paged-list.ts'
import { hasPages } from './publication-marker.ts'

/** Pages per command: about a megabyte. */
const BATCH = 50

export async function readPageNames(redis: Redis, key: string): Promise<string[]> {
  return (await redis.hkeys(key)).sort()
}

/** Pages that are removed meanwhile are missing. */
export async function readPages<Item extends ListItem>(
  redis: Redis,
  key: string,
  { names, format }: { names: readonly string[]; format: ItemFormat<Item> },
): Promise<Page<Item>[]> {
  const pages: Page<Item>[] = []
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH)
    const found = await redis.hmgetBuffer(key, ...batch)
    for (const [index, name] of batch.entries()) {
      const bytes = found[index]
      // A copy, because the reply is a part of what arrived with it.
      if (bytes) pages.push(parsePage(name, Buffer.from(bytes), format))
    }
  }
  return pages
}

/** Where the pages of a list are. */
export type ListPlace<Item extends ListItem> = {
  keys: RedisKeys
  /** The key of the pages. */
  key: string
  format: ItemFormat<Item>
  /** The number of items that the pages must have. */
  count(): Promise<number>
}

export function createPageReader<Item extends ListItem>(
  redis: Redis,
  { keys, key, format, count }: ListPlace<Item>,
): ListSource<Item>['readPages'] {
  return async (known, ids) => {
    const [marker, names] = await Promise.all([redis.get(keys.publicationMarker), readPageNames(redis, key)])
    if (!hasPages(marker)) return undefined
    const pages = new Map(known.pages.map((page) => [page.name, page]))
    // A page that was divided is new under one of its names.
    for (const its of [names, [...pages.keys()]]) {
      for (const id of ids) pages.delete(its[findPage(its, id)] ?? '')
    }
    const fresh = names.filter((name) => !pages.has(name))
    for (const page of await readPages(redis, key, { names: fresh, format })) pages.set(page.name, page)
    const list = createPagedList(names.flatMap((name) => pages.get(name) ?? []))
    return { list, isComplete: list.length === (await count()) }
  }
}
