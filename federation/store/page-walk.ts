/** Reads a list of any length in its order, some pages at a time, so that it needs no memory. */
import type { Redis } from 'ioredis'
import { type ItemFormat, type ListItem, type Page, parsePage } from './list-page.ts'
import { toStoreError } from './outage.ts'
import { type ListPlace, readPageNames } from './page-reader.ts'
import { changePage, createPagedList, findPage, type PagedList } from './paged-list.ts'
import { hasPages } from './publication-marker.ts'

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
