/** Reads the pages of a list that our publisher keeps in Redis: those that changed, or all in their order. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from './keys.ts'
import type { ListSource } from './list-index.ts'
import { type ItemFormat, type ListItem, type Page, parsePage } from './list-page.ts'
import { toStoreError } from './outage.ts'
import { changePage, createPagedList, findPage, type PagedList } from './paged-list.ts'

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

const WITH_PAGES = 'pages-1:'

/** Formats the publication marker. Its beginning says that the last publisher keeps the pages of lists, in this format. */
export const formatPublicationMarker = (id: string): string => WITH_PAGES + id

/** False for an older publisher, whose changes the pages miss. */
export const hasPages = (marker: string | null): boolean => marker?.startsWith(WITH_PAGES) === true

/** Pages at a time: about a megabyte. */
const STEP = 50

/** Our publisher keeps no pages, or they lack items. */
export class NoPagesError extends Error {
  override readonly name = 'NoPagesError'
}

/**
 * Each part is as it was at one moment. A change of an earlier part is not seen, and is announced.
 * @throws NoPagesError, after the last part too; FederationError `temporarily_unavailable`
 */
export async function* walkPages<Item extends ListItem>(
  redis: Redis,
  { keys, key, format, count }: ListPlace<Item>,
): AsyncGenerator<PagedList<Item>> {
  try {
    const [marker, expected] = await Promise.all([redis.get(keys.publicationMarker), count()])
    let [length, from, names] = [0, '', hasPages(marker) ? await readPageNames(redis, key) : []]
    for (let isLast = false; !isLast && names.length > 0; ) {
      const { pages, present } = await readPart(redis, key, { names: partOf(names, from), format })
      const [known, now] = [partOf(names, from, 1), partOf(present, from, 1)]
      names = present
      if (known.join('\n') !== now.join('\n')) continue // a page was divided or removed
      const part = createPagedList(startAt(pages, from, format))
      length += part.length
      yield part
      const next = now[STEP]
      isLast = next === undefined
      from = next ?? from
    }
    // While members are published, the pages follow.
    const isWhole = length === expected || expected !== (await count())
    if (!(length > 0 && isWhole)) throw new NoPagesError()
  } catch (error) {
    throw toStoreError(error)
  }
}

const partOf = (names: readonly string[], from: string, more = 0) => {
  const at = findPage(names, from)
  return names.slice(at, at + STEP + more)
}

type Part<Item extends ListItem> = { names: readonly string[]; format: ItemFormat<Item> }

/** The pages, and the names of all pages at the same moment. */
async function readPart<Item extends ListItem>(redis: Redis, key: string, { names, format }: Part<Item>) {
  const replies = await redis
    .multi()
    .hkeys(key)
    .hmgetBuffer(key, ...names)
    .exec()
  const [present, bytes] = (replies ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  }) as [string[], (Buffer | null)[]] // of these two commands
  const pages = names.flatMap((name, at) => {
    const page = bytes[at]
    // A copy, because the reply is a part of what arrived with it.
    return page ? [parsePage(name, Buffer.from(page), format)] : []
  })
  return { pages, present: present.sort() }
}

/** Of the first page, what is before was in the part before. */
function startAt<Item extends ListItem>(
  [first, ...others]: readonly Page<Item>[],
  from: string,
  format: ItemFormat<Item>,
): readonly Page<Item>[] {
  if (!first) return []
  if (first.name >= from || from === '') return [first, ...others]
  const earlier = first.items().filter(({ id }) => id < from)
  const gone = earlier.map(({ id }) => ({ id, item: undefined }))
  return [...changePage(first, gone, { format }), ...others]
}
