/**
 * Keeps the pages of sorted lists, so that readers need not build them. A change rewrites only the pages that it concerns, in
 * the transaction of the data itself. One publisher writes at a time, so no other changes a page between read and write.
 */
import type { ChainableCommander, Redis } from 'ioredis'
import type { PublishedKeys, PublishedSubordinate, PublishedTrustMark } from '#server/publish/write.ts'
import type { ItemFormat, ListItem } from '#store/list-page.ts'
import { readPageNames, readPages } from '#store/page-reader.ts'
import { changePage, groupByPage, type ItemChange } from '#store/paged-list.ts'
import { subordinateFormat, toSubordinate } from '#store/subordinate-reader.ts'
import { holderFormat, readHolderOf } from '#store/trust-mark-reader.ts'

type Listed = Pick<PublishedSubordinate, 'entityId' | 'info'>
type Marked = Pick<PublishedTrustMark, 'type' | 'entityId' | 'jwt' | 'revoked'>

/** Queues the commands that write the changed pages. */
type PutPages = (to: ChainableCommander) => void

/**
 * The sorted names of the pages of each list, by its key, as they are after what was prepared last. For a writer of many
 * pages, where no other one writes these lists: reading thousands of names each time takes milliseconds.
 */
export type PageNames = Map<string, readonly string[]>

export function prepareSubordinatePages(
  redis: Redis,
  keys: PublishedKeys,
  { published, removed = [] }: { published: readonly Listed[]; removed?: readonly string[] },
  known?: PageNames,
): Promise<PutPages> {
  const changes = [
    ...published.map(({ entityId: id, info }) => ({ id, item: toSubordinate(id, info) })),
    ...removed.map((id) => ({ id, item: undefined })),
  ]
  return preparePages(redis, { key: keys.subordinatePages, format: subordinateFormat, known }, changes)
}

export async function prepareHolderPages(
  redis: Redis,
  keys: PublishedKeys,
  marks: readonly Marked[],
  known?: PageNames,
): Promise<PutPages> {
  const prepared = [...Map.groupBy(marks, ({ type }) => type)].map(([type, its]) => {
    const changes = its.map(({ entityId: id, jwt, revoked }) => ({
      id,
      item: revoked ? undefined : readHolderOf(id, jwt),
    }))
    return preparePages(redis, { key: keys.trustMarkHolderPages(type), format: holderFormat, known }, changes)
  })
  const puts = await Promise.all(prepared)
  return (to) => {
    for (const put of puts) put(to)
  }
}

type List<Item extends ListItem> = { key: string; format: ItemFormat<Item>; known: PageNames | undefined }

async function preparePages<Item extends ListItem>(
  redis: Redis,
  { key, format, known }: List<Item>,
  changes: readonly ItemChange<Item>[],
): Promise<PutPages> {
  const all = known?.get(key) ?? (await readPageNames(redis, key))
  const groups = [...groupByPage(all, changes)]
  const names = groups.flatMap(([at]) => all[at] ?? [])
  const before = new Map((await readPages(redis, key, { names, format })).map((page) => [page.name, page]))
  const after = groups.flatMap(([at, its]) => {
    const page = before.get(all[at] ?? '')
    return changePage(page, its, { format, end: all[at + 1] })
  })
  const kept = new Set(after.map(({ name }) => name))
  const outdated = names.filter((name) => !kept.has(name))
  const written = after.filter(({ name, bytes }) => !before.get(name)?.bytes.equals(bytes))
  known?.set(key, replaceNames(all, { outdated, kept }))
  return (to) => {
    if (outdated.length > 0) to.hdel(key, ...outdated)
    if (written.length > 0) to.hset(key, ...written.flatMap(({ name, bytes }) => [name, bytes]))
  }
}

function replaceNames(
  all: readonly string[],
  { outdated, kept }: { outdated: readonly string[]; kept: ReadonlySet<string> },
): readonly string[] {
  const names = new Set([...all, ...kept])
  for (const name of outdated) names.delete(name)
  return [...names].sort()
}
