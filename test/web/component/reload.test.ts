/** Tests that parts of a page are read again one reading at a time. */
import { beforeEach, expect, test } from 'vitest'
import { isReloading, reload } from '#lib/reload.ts'
import { invalidate } from './app.ts'

/** Ends the readings that have begun. */
let end: () => void

beforeEach(() => {
  invalidate.mockReset()
  let waiting: (() => void)[] = []
  invalidate.mockImplementation(() => new Promise<void>((resolve) => waiting.push(resolve)))
  end = () => {
    for (const each of waiting) each()
    waiting = []
  }
})

const names = () => invalidate.mock.calls.map(([name]) => name)

test('reads what was asked for meanwhile when the reading before it has ended, each once', async () => {
  const first = reload('a')
  await expect.poll(names).toEqual(['a'])
  expect(isReloading()).toBe(true)
  const second = [reload('b'), reload('b', 'c'), reload('a')]
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(names()).toEqual(['a'])
  end()
  await first
  await expect.poll(names).toEqual(['a', 'b', 'c', 'a'])
  end()
  await Promise.all(second)
  expect(isReloading()).toBe(false)
})

test('goes on after a reading that failed', async () => {
  invalidate.mockRejectedValueOnce(new Error('away'))
  await reload('a')
  const next = reload('b')
  await expect.poll(names).toEqual(['a', 'b'])
  end()
  await next
})
