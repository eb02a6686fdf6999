/** The index must never keep data that was read before an announced change, and never mix two states of the pages. */
import { beforeEach, expect, test } from 'vitest'
import { createListIndex, type ListIndex } from '#store/list-index.ts'
import { formatPages, type ItemFormat } from '#store/list-page.ts'
import { createPagedList, type PagedList } from '#store/paged-list.ts'

type Item = { id: string; expires: undefined; value: number }

const format: ItemFormat<Item> = {
  times: 0,
  split: ({ value }) => ({ common: value, times: [] }),
  join: ({ id, common }) => ({ id, expires: undefined, value: Number(common) }),
}

/** The content of Redis, and a gate that delays reads after they have seen it. */
let stored: Map<string, Item>
let gate: Promise<void> | undefined
let begun: PromiseWithResolvers<void>
let reads: string[]
let isAnnounced: boolean
/** Called before the end of a read of all, as for a change whose announcement was on its way. */
let announce: () => void
/** The answers to reads of the pages, and at last what is stored; undefined: no publisher of ours keeps any. */
let pages: { list: PagedList<Item>; isComplete: boolean }[] | undefined
let index: ListIndex<Item>

const itemOf = (id: string, value = 1): Item => ({ id, expires: undefined, value })

beforeEach(() => {
  stored = new Map(['c', 'a', 'b'].map((id) => [id, itemOf(id)]))
  gate = undefined
  begun = Promise.withResolvers()
  reads = []
  isAnnounced = true
  announce = () => {}
  pages = undefined
  index = createListIndex({
    format,
    async readPages(_, ids) {
      if (!pages) return undefined
      reads.push(`pages ${ids.join()}`)
      return pages.shift() ?? { list: listOf([...stored.values()]), isComplete: true }
    },
    async readAll() {
      reads.push('all')
      const seen = [...stored.values()]
      begun.resolve()
      await gate
      return { lists: [seen.slice(0, 2), seen.slice(2)], isAnnounced }
    },
    async readOne(id) {
      reads.push(id)
      const seen = stored.get(id)
      await gate
      return seen
    },
    catchUp: async () => announce(),
  })
})

const listOf = (items: readonly Item[]) =>
  createPagedList(
    formatPages(
      items.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      format,
    ),
  )

const items = async () => (await index.get()).pages.flatMap((page) => page.items())
const ids = async () => (await items()).map(({ id }) => id)

test('reads and sorts all once, and then only changed items', async () => {
  expect(await ids()).toEqual(['a', 'b', 'c'])
  expect(await index.get()).toBe(await index.get())
  stored.delete('a')
  stored.set('bb', itemOf('bb'))
  stored.set('c', itemOf('c', 2))
  for (const id of ['a', 'bb', 'c', 'unknown']) index.touch(id)
  expect(await ids()).toEqual(['b', 'bb', 'c'])
  expect((await items()).at(-1)).toEqual(itemOf('c', 2))
  expect(reads).toEqual(['all', 'a', 'bb', 'c', 'unknown'])
})

test('does not lose a change that is announced during a read', async () => {
  const held = Promise.withResolvers<void>()
  gate = held.promise
  const first = ids()
  await begun.promise
  stored.set('d', itemOf('d'))
  index.touch('d')
  held.resolve()
  expect(await first).toEqual(['a', 'b', 'c', 'd'])
  expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
})

test('reads all again when everything changes during a read, even if that is announced late', async () => {
  announce = () => {
    announce = () => {}
    stored.delete('a')
    index.touch()
  }
  expect(await ids()).toEqual(['b', 'c'])
  expect(await ids()).toEqual(['b', 'c'])
  expect(reads).toEqual(['all', 'all'])
})

test('refuses when everything changes during each read', async () => {
  announce = () => index.touch()
  await expect(ids()).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  pages = []
  await expect(ids()).rejects.toMatchObject({ code: 'temporarily_unavailable' })
})

test('reads all again after a failed read', async () => {
  await ids()
  stored.delete('a')
  index.touch('a')
  gate = Promise.reject(new Error('Redis is down'))
  await expect(ids()).rejects.toThrow('Redis is down')
  gate = undefined
  expect(await ids()).toEqual(['b', 'c'])
  expect(reads.at(-1)).toBe('all')
})

test('reads all again instead of each when many changed', async () => {
  await ids()
  for (let at = 0; at < 1_001; at++) index.touch(`unknown-${at}`)
  expect(await ids()).toEqual(['a', 'b', 'c'])
  expect(reads).toEqual(['all', 'all'])
})

test('forgets the list instead of remembering any number of changes', async () => {
  await ids()
  stored.delete('a')
  for (let at = 0; at <= 100_000; at++) index.touch(`unknown-${at}`)
  expect(index.peek()).toBeUndefined()
  expect(await ids()).toEqual(['b', 'c'])
})

test('reads the data of a foreign writer again before an answer, and announced data behind one', async ({
  onTestFinished,
}) => {
  const clock = performance.now
  onTestFinished(() => {
    performance.now = clock
  })
  const later = (milliseconds: number) => {
    const now = clock.call(performance) + milliseconds
    performance.now = () => now
  }
  isAnnounced = false
  expect(await ids()).toEqual(['a', 'b', 'c'])
  stored.delete('a')
  later(5_001)
  isAnnounced = true
  const foreign = await index.get()
  expect(foreign).toHaveLength(2)

  later(120_000)
  expect(index.peek()).toBeUndefined()
  expect(await index.get()).toBe(foreign) // and reads behind it
  expect(index.peek()).toBe(foreign)
  await expect.poll(() => reads).toHaveLength(3)
  expect(await index.get()).toBe(foreign) // nothing changed
  stored.delete('b')
  later(240_000)
  expect(await index.get()).toBe(foreign)
  await expect.poll(ids).toEqual(['c'])
})

test('joins lists with duplicates, as a scan may return them', async () => {
  stored = new Map(Array.from({ length: 20_000 }, (_, at) => [`${at}`, itemOf(`${at}`)]))
  const all = [...stored.values()]
  const sorted = createListIndex<Item>({
    format,
    readPages: async () => undefined,
    readAll: async () => ({ lists: [all.slice(0, 15_000), [], all.slice(5_000)], isAnnounced }),
    readOne: async () => undefined,
    catchUp: async () => {},
  })
  const found = (await sorted.get()).pages.flatMap((page) => page.items())
  expect(found.map(({ id }) => id)).toEqual([...stored.keys()].sort())
})

test('reads the pages of our publisher, and again those with a changed item', async () => {
  pages = []
  const before = await index.get()
  expect(await ids()).toEqual(['a', 'b', 'c'])
  index.touch('unknown')
  expect(await index.get()).toBe(before) // nothing changed
  stored.set('d', itemOf('d'))
  index.touch('d')
  expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
  expect(reads).toEqual(['pages ', 'pages unknown', 'pages d'])
})

test('reads again the pages that the publisher changes meanwhile', async () => {
  pages = [{ list: listOf([itemOf('a')]), isComplete: false }]
  announce = () => {
    announce = () => {}
    index.touch('b')
  }
  expect(await ids()).toEqual(['a', 'b', 'c'])
  expect(reads).toEqual(['pages ', 'pages b'])
})

test('reads all items when the pages are not those of the present members', async () => {
  pages = [{ list: listOf([itemOf('a')]), isComplete: false }]
  isAnnounced = false
  expect(await ids()).toEqual(['a', 'b', 'c'])
  expect(reads).toEqual(['pages ', 'all'])
})

test('reads all items when another writer took over', async () => {
  pages = []
  await index.get()
  stored.delete('a')
  index.touch('a')
  pages = undefined
  expect(await ids()).toEqual(['b', 'c'])
  expect(reads).toEqual(['pages ', 'all'])
})
