import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Announced, createAnnounced } from '#store/announced.ts'

let isOurs: boolean
let announced: Announced
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  isOurs = true
  announced = createAnnounced(async () => isOurs)
})
afterEach(() => vi.useRealTimers())

const settle = () => new Promise((resolve) => setImmediate(resolve))
const stateAfter = async (ms: number) => {
  vi.advanceTimersByTime(ms)
  announced.state()
  await settle()
  return announced.state()
}

test('its state is the same until an announcement, for a second at most', async () => {
  expect(announced.state()).toBeUndefined()
  const state = await stateAfter(0)
  expect(state).toBeDefined()
  expect(await stateAfter(900)).toBe(state)
  const next = await stateAfter(200)
  expect(next).not.toBe(state)
  announced.note()
  expect(announced.state()).not.toBe(next)
})

test('it has no state while changes may go unannounced', async () => {
  expect(await stateAfter(0)).toBeDefined()
  isOurs = false
  expect(await stateAfter(2_100)).toBeUndefined()
  isOurs = true
  expect(await stateAfter(2_100)).toBeDefined()
  announced.reset()
  expect(announced.state()).toBeUndefined()
})
