/** Answers that are kept as bytes: for how long, and made from what. */
import { expect, test, vi } from 'vitest'
import { createBodyCache } from '#federation/routes/body-cache.ts'

const list = (...expires: (number | undefined)[]) => expires.map((each) => ({ expires: each }))

test('is made once, until a list that it was made from is replaced', async () => {
  const keep = createBodyCache()
  const source = list(undefined)
  const make = vi.fn(() => ({ answer: ['a'], names: [source] }))
  const first = await keep('key', [source], 100, make)
  expect(first.toString()).toBe('["a"]')
  expect(await keep('key', [source], 1_000_000, make)).toBe(first)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('other key', [source], 100, make)
  await keep('key', [list(undefined)], 100, make)
  await keep('key', [source, source], 100, make)
  expect(make).toHaveBeenCalledTimes(4)
})

test('is made again when the first thing that it names expires, and not for what it does not name', async () => {
  const keep = createBodyCache()
  const source = list(101, 200, 300)
  const make = vi.fn(() => ({ answer: [], names: [list(300), list(undefined, 200)] }))
  for (const now of [100, 150, 199]) await keep('key', [source], now, make)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('key', [source], 200, make)
  expect(make).toHaveBeenCalledTimes(2)
})
