/** The index must never keep data that was read before an announced change. */
import { beforeEach, expect, test } from 'vitest'
import { createSubordinateIndex, findSubordinate, type SubordinateIndex } from '#store/subordinate-index.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'

const subordinate = (id: string): Subordinate => ({
  id,
  entityTypes: [],
  isIntermediate: false,
  expires: Infinity,
  registered: 0,
  updated: 0,
  isAnnounced: true,
})

/** The content of Redis, and a gate that delays reads after they have seen it. */
let stored: Map<string, Subordinate>
let gate: Promise<void> | undefined
let begun: PromiseWithResolvers<void>
let reads: string[]
let index: SubordinateIndex

beforeEach(() => {
  stored = new Map(['c', 'a', 'b'].map((id) => [id, subordinate(id)]))
  gate = undefined
  begun = Promise.withResolvers()
  reads = []
  index = createSubordinateIndex({
    async readAll() {
      reads.push('all')
      const seen = [...stored.values()]
      begun.resolve()
      await gate
      return seen
    },
    async readOne(id) {
      reads.push(id)
      const seen = stored.get(id)
      await gate
      return seen
    },
  })
})

const ids = async () => (await index.get()).map(({ id }) => id)

test('reads and sorts all once, and then only changed subordinates', async () => {
  expect(await ids()).toEqual(['a', 'b', 'c'])
  expect(await index.get()).toBe(await index.get())
  stored.delete('a')
  stored.set('bb', subordinate('bb'))
  for (const id of ['a', 'bb', 'nobody']) index.touch(id)
  expect(await ids()).toEqual(['b', 'bb', 'c'])
  expect(reads).toEqual(['all', 'a', 'bb', 'nobody'])
})

test('does not lose a change that is announced during a read', async () => {
  const held = Promise.withResolvers<void>()
  gate = held.promise
  const first = ids()
  await begun.promise
  stored.set('d', subordinate('d'))
  index.touch('d')
  const second = ids()
  held.resolve()
  expect(await first).toEqual(['a', 'b', 'c'])
  expect(await second).toEqual(['a', 'b', 'c', 'd'])
})

test('does not lose an announcement of all during a read', async () => {
  const held = Promise.withResolvers<void>()
  gate = held.promise
  const first = ids()
  await begun.promise
  stored.delete('a')
  index.touch()
  const second = ids()
  held.resolve()
  expect(await first).toEqual(['a', 'b', 'c'])
  expect(await second).toEqual(['b', 'c'])
  expect(await ids()).toEqual(['b', 'c'])
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

test('finds one among many', async () => {
  const sorted = await index.get()
  for (const id of ['a', 'b', 'c']) expect(findSubordinate(sorted, id)?.id).toBe(id)
  for (const id of ['', 'aa', 'd']) expect(findSubordinate(sorted, id)).toBeUndefined()
})
