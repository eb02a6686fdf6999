/**
 * Formats and parses pages of a sorted list. A page is text of four lines: the number of items and their earliest expiry,
 * the identifiers as JSON that can be sent as it is, the facts that items have in common, and the rest of each item.
 */

export type ListItem = {
  id: string
  /** Unix seconds; undefined if it never expires. */
  expires: number | undefined
}

/** How an item is stored: what many items have in common, and its times in unix seconds. */
export type ItemFormat<Item extends ListItem> = {
  /** Times beside `expires`. */
  times: number
  split(item: Item): { common: unknown; times: readonly (number | undefined)[] }
  join(stored: ListItem & { common: unknown; times: readonly (number | undefined)[] }): Item
}

/** Successive items of a list. */
export type Part<Item extends ListItem = ListItem> = {
  length: number
  /** When the first of its items expires, in unix seconds. */
  expires: number
  /** The identifiers as JSON, with commas between them. */
  ids: Buffer
  /** A page parses them each time, because a million items need hundreds of megabytes. */
  items(): readonly Item[]
}

export type Page<Item extends ListItem = ListItem> = Part<Item> & {
  /** Its first identifier, which is also its name in Redis. */
  name: string
  /** As in Redis. */
  bytes: Buffer
}

/** Items of a new page. One that grows to more than twice of it is divided. */
export const PAGE_LENGTH = 250

const NEWLINE = 10

/** What is not a page has no items. */
export function parsePage<Item extends ListItem>(
  name: string,
  bytes: Buffer,
  format: ItemFormat<Item>,
): Page<Item> {
  const start = bytes.indexOf(NEWLINE) + 1
  const end = bytes.indexOf(NEWLINE, start)
  const [length = NaN, expires = NaN] = bytes.toString('latin1', 0, start).split(' ').map(Number)
  const ids = bytes.subarray(start, end)
  return {
    name,
    bytes,
    length,
    expires,
    ids,
    items: () => (length > 0 ? parseItems(ids, bytes.subarray(end + 1), format) : []),
  }
}

function parseItems<Item extends ListItem>(ids: Buffer, facts: Buffer, format: ItemFormat<Item>): Item[] {
  const [common, numbers = []] = facts.toString().split('\n').map(parseArray)
  const width = format.times + 2
  return parseArray(`[${ids.toString()}]`).map((id, at) => {
    const [which = 0, expires, ...times] = numbers.slice(at * width, (at + 1) * width).map(toTime)
    return format.join({ id: String(id), expires, common: common?.[which], times })
  })
}

/** Our publisher wrote it: access to Redis is permission to publish. */
const parseArray = (text: string) => JSON.parse(text) as unknown[]

const toTime = (value: unknown) => (typeof value === 'number' ? value : undefined)

/** @param items sorted by identifier, at least one */
export function formatPage<Item extends ListItem>(
  items: readonly Item[],
  format: ItemFormat<Item>,
): Page<Item> {
  const common = new Map<string, number>()
  const numbers: (number | undefined)[] = []
  for (const item of items) {
    const stored = format.split(item)
    const text = JSON.stringify(stored.common)
    const which = common.get(text) ?? common.size
    common.set(text, which)
    numbers.push(which, item.expires, ...stored.times)
  }
  const lines = [
    `${items.length} ${findEarliest(items)}`,
    formatIds(items),
    `[${[...common.keys()].join()}]`,
    JSON.stringify(numbers),
  ]
  return parsePage(items[0]?.id ?? '', Buffer.from(lines.join('\n')), format)
}

export function createPart<Item extends ListItem>(items: readonly Item[]): Part<Item> {
  return {
    length: items.length,
    expires: findEarliest(items),
    ids: Buffer.from(formatIds(items)),
    items: () => items,
  }
}

const formatIds = (items: readonly ListItem[]) => items.map(({ id }) => JSON.stringify(id)).join()

const findEarliest = (items: readonly ListItem[]) =>
  items.reduce((earliest, { expires = Infinity }) => Math.min(earliest, expires), Infinity)

/** Divides sorted items into pages: none without items. */
export function formatPages<Item extends ListItem>(
  items: readonly Item[],
  format: ItemFormat<Item>,
): Page<Item>[] {
  if (items.length === 0) return []
  const count = items.length > 2 * PAGE_LENGTH ? Math.ceil(items.length / PAGE_LENGTH) : 1
  const cut = (at: number) => Math.round((at * items.length) / count)
  return Array.from({ length: count }, (_, at) => formatPage(items.slice(cut(at), cut(at + 1)), format))
}
