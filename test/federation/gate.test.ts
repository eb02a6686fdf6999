import { expect, test } from 'vitest'
import { createGate } from '#federation/gate.ts'

const never = new AbortController().signal

/** A task that runs until it is released. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const state = { isRunning: false, end: resolve, fail: reject }
  const run = () => {
    state.isRunning = true
    return promise
  }
  return { state, run }
}

test('starts the next task when one succeeds or fails', async () => {
  const gate = createGate(1)
  const [first, second, third] = [work(), work(), work()]
  const runs = [first, second, third].map((each) => gate.run('host', never, each.run))
  expect([first, second, third].map(({ state }) => state.isRunning)).toEqual([true, false, false])
  first.state.fail(new Error('failed'))
  await expect(runs[0]).rejects.toThrow('failed')
  await new Promise(setImmediate)
  expect([second, third].map(({ state }) => state.isRunning)).toEqual([true, false])
  second.state.end()
  await runs[1]
  third.state.end()
  await runs[2]
  expect(third.state.isRunning).toBe(true)
})

test('counts tasks per name', async () => {
  const gate = createGate(1)
  const [here, there] = [work(), work()]
  const runs = [gate.run('here', never, here.run), gate.run('there', never, there.run)]
  expect(there.state.isRunning).toBe(true)
  here.state.end()
  there.state.end()
  await Promise.all(runs)
})

test('skips a task that was aborted while it waited', async () => {
  const gate = createGate(1)
  const [first, second, third] = [work(), work(), work()]
  const controller = new AbortController()
  const running = gate.run('host', never, first.run)
  const waiting = gate.run('host', controller.signal, second.run)
  const last = gate.run('host', never, third.run)
  controller.abort(new Error('no more time'))
  await expect(waiting).rejects.toThrow('no more time')
  await expect(gate.run('host', controller.signal, second.run)).rejects.toThrow('no more time')
  first.state.end()
  await running
  third.state.end()
  await last
  expect(second.state.isRunning).toBe(false)
})
