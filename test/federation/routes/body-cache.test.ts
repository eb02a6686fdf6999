/** The cache of response bodies: sources and expiry. */
import { expect, test, vi } from 'vitest'
import { createBodyCache } from '#federation/routes/body-cache.ts'

const list = (...expires: (number | undefined)[]) => expires.map((each) => ({ expires: each }))

test('builds a body once, until a source list is replaced', async () => {
  const keep = createBodyCache()
  const source = list(undefined)
  const make = vi.fn(() => ({ answer: ['a'], items: [source] }))
  const first = await keep('key', [source], 100, make)
  expect(first.body.toString()).toBe('["a"]')
  expect(await keep('key', [source], 1_000_000, make)).toBe(first)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('other key', [source], 100, make)
  await keep('key', [list(undefined)], 100, make)
  await keep('key', [source, source], 100, make)
  expect(make).toHaveBeenCalledTimes(4)
})

test('builds a body again when the first listed item expires, but not for other items', async () => {
  const keep = createBodyCache()
  const source = list(101, 200, 300)
  const make = vi.fn(() => ({ answer: [], items: [list(300), list(undefined, 200)] }))
  for (const now of [100, 150, 199]) await keep('key', [source], now, make)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('key', [source], 200, make)
  expect(make).toHaveBeenCalledTimes(2)
})
