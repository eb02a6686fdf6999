/** A sorted list in pages, of which only the needed ones are parsed. A change replaces the list and the pages that it concerns. */
import {
  createPart,
  formatPage,
  formatPages,
  type ItemFormat,
  type ListItem,
  PAGE_LENGTH,
  type Page,
  type Part,
} from './list-page.ts'
import { createPauses } from './pause.ts'
import { isCurrent } from './published-jwt.ts'
import { changeSorted, findIndexAtOrAfter } from './sorted.ts'

export type PagedList<Item extends ListItem = ListItem> = {
  /** Items in all pages. */
  length: number
  /** In the order of their names. */
  pages: readonly Page<Item>[]
}

export function createPagedList<Item extends ListItem>(pages: readonly Page<Item>[]): PagedList<Item> {
  return { pages, length: pages.reduce((sum, { length }) => sum + length, 0) }
}

export async function divideIntoPages<Item extends ListItem>(
  sorted: readonly Item[],
  format: ItemFormat<Item>,
): Promise<PagedList<Item>> {
  const pause = createPauses()
  const pages: Page<Item>[] = []
  for (let at = 0; at < sorted.length; at += PAGE_LENGTH) {
    pages.push(formatPage(sorted.slice(at, at + PAGE_LENGTH), format))
    await pause(PAGE_LENGTH)
  }
  return createPagedList(pages)
}

/** The index of the page that has an identifier or would have it: the first page also has what is before it. */
export function findPage(names: readonly string[], id: string): number {
  const at = findIndexAtOrAfter(names, id, (name) => name)
  return names[at] === id ? at : Math.max(0, at - 1)
}

export const namesOf = ({ pages }: PagedList): string[] => pages.map(({ name }) => name)

/** Without an item: the identifier is removed. */
export type ItemChange<Item> = { id: string; item: Item | undefined }

/** Groups changes by the index of their page. Without pages, all have the index 0. */
export function groupByPage<Item>(
  names: readonly string[],
  changes: readonly ItemChange<Item>[],
): Map<number, ItemChange<Item>[]> {
  return Map.groupBy(changes, ({ id }) => findPage(names, id))
}

type Rules<Item extends ListItem> = {
  format: ItemFormat<Item>
  /**
   * Where the next page begins. What is beyond is removed: a process may have left it that lost its lease while it wrote.
   */
  end?: string | undefined
}

/** The pages that replace one page, or the absence of pages. */
export function changePage<Item extends ListItem>(
  page: Page<Item> | undefined,
  changes: readonly ItemChange<Item>[],
  { format, end }: Rules<Item>,
): Page<Item>[] {
  const items = (page?.items() ?? []).filter(({ id }) => end === undefined || id < end)
  return formatPages(
    changeSorted(items, changes, ({ id }) => id),
    format,
  )
}

/** The list itself if nothing changes. */
export function changeList<Item extends ListItem>(
  list: PagedList<Item>,
  changes: readonly ItemChange<Item>[],
  format: ItemFormat<Item>,
): PagedList<Item> {
  const { pages } = list
  const replaced = new Map<number, Page<Item>[]>()
  for (const [at, its] of groupByPage(namesOf(list), changes))
    replaced.set(at, changePage(pages[at], its, { format }))
  const others = pages.flatMap((page, at) => replaced.get(at) ?? [page])
  return keepSame(list, createPagedList(pages.length === 0 ? (replaced.get(0) ?? []) : others))
}

/** Pages with the same bytes stay the same objects, and so does the whole list, with all that was made from them. */
export function keepSame<Item extends ListItem>(
  before: PagedList<Item> | undefined,
  after: PagedList<Item>,
): PagedList<Item> {
  if (!before) return after
  const known = new Map(before.pages.map((page) => [page.name, page]))
  const pages = after.pages.map((page) => {
    const same = known.get(page.name)
    return same && (same === page || same.bytes.equals(page.bytes)) ? same : page
  })
  const isSame = pages.length === before.pages.length && pages.every((page, at) => page === before.pages[at])
  return isSame ? before : { ...after, pages }
}

/** Yields the items that are current at `now` (unix seconds): pages without expired ones as they are. */
export async function* selectCurrent<Item extends ListItem>(
  { pages }: PagedList<Item>,
  now: number,
): AsyncGenerator<Part<Item>> {
  const pause = createPauses()
  for (const page of pages) {
    const part = page.expires > now ? page : createPart(page.items().filter((item) => isCurrent(item, now)))
    if (part.length > 0) yield part
    await pause(part === page ? 1 : page.length)
  }
}

/** When the first of the items of these lists that are current at `now` expires, in unix seconds. */
export function findNextExpiry(lists: readonly PagedList[], now: number): number {
  let next = Infinity
  for (const page of lists.flatMap(({ pages }) => pages)) {
    const ends = page.expires > now ? [page] : page.items().filter((item) => isCurrent(item, now))
    for (const { expires = Infinity } of ends) next = Math.min(next, expires)
  }
  return next
}
