/** Tests that the subscribers of alerts share one poll. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchAlerts } from '#server/alerts/watch.ts'

const INTERVAL_MS = 5_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('reads once for each new subscriber, then once for all of them at each interval', async () => {
  const list = vi.fn(async () => [])
  const watch = watchAlerts({ list })
  const streams = Array.from({ length: 20 }, () => watch.follow()[Symbol.asyncIterator]())
  for (const stream of streams) expect(await stream.next()).toEqual({ done: false, value: [] })
  expect(list).toHaveBeenCalledTimes(20)
  await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS)
  expect(list).toHaveBeenCalledTimes(23)
  watch.close()
  await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS)
  expect(list).toHaveBeenCalledTimes(23)
})
