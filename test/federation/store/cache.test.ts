import { expect, test } from 'vitest'
import { createCache } from '#store/cache.ts'

const cache = () => createCache<{ n: number }>({ maxAge: 60_000, maxSize: 10_000, sizeOf: () => 1 })

test('loads once for concurrent reads, and not again while the value is cached', async () => {
  const held = cache()
  let n = 0
  const load = async () => ({ n: ++n })
  const values = await Promise.all([held.read('a', load), held.read('a', load)])
  expect(values).toEqual([{ n: 1 }, { n: 1 }])
  expect(await held.read('a', load)).toBe(values[0])
  expect(await held.read('b', load)).toEqual({ n: 2 })
})

test('does not cache a value that was loading when its key was dropped', async () => {
  const held = cache()
  const before = Promise.withResolvers<{ n: number }>()
  const reading = held.read('a', () => before.promise)
  held.drop('a')
  const after = held.read('a', async () => ({ n: 2 }))
  before.resolve({ n: 1 })
  expect(await reading).toEqual({ n: 1 })
  expect(await after).toEqual({ n: 2 })
  expect(await held.read('a', async () => ({ n: 3 }))).toEqual({ n: 2 })
})

test('drops a key only if it still has the stale value', async () => {
  const held = cache()
  const stale = await held.read('a', async () => ({ n: 1 }))
  held.drop('a', stale)
  const fresh = await held.read('a', async () => ({ n: 2 }))
  held.drop('a', stale)
  expect(await held.read('a', async () => ({ n: 3 }))).toBe(fresh)
})

test('caches no failure', async () => {
  const held = cache()
  await expect(held.read('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await held.read('a', async () => ({ n: 1 }))).toEqual({ n: 1 })
})

test('drops all keys without an argument', async () => {
  const held = cache()
  await held.read('a', async () => ({ n: 1 }))
  held.drop()
  expect(await held.read('a', async () => ({ n: 2 }))).toEqual({ n: 2 })
})
