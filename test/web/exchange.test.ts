/** Tests the repetition of requests that were refused while the session was replaced. */
import { expect, test, vi } from 'vitest'
import { acrossExchanges, exchange } from '#lib/auth/exchange.ts'

const isRefused = (answer: string) => answer === 'refused'
const sender = (...answers: Promise<string>[]) => vi.fn(() => answers.shift() ?? Promise.resolve('given'))

test('returns a refusal without a session if no session is being replaced', async () => {
  await exchange(Promise.resolve()) // it had its answer before
  const send = sender(Promise.resolve('refused'))
  expect(await acrossExchanges(send, isRefused)).toBe('refused')
  expect(send).toHaveBeenCalledTimes(1)
})

test('repeats a refused request after the replacement of the session', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const exchanged = exchange(promise)
  const send = sender(Promise.resolve('refused'))
  const answer = acrossExchanges(send, isRefused)
  await new Promise(setImmediate)
  expect(send).toHaveBeenCalledTimes(1)
  resolve()
  await exchanged
  expect(await answer).toBe('given')
  expect(send).toHaveBeenCalledTimes(2)
})

test('repeats a request whose refusal arrives after the replacement', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const answer = acrossExchanges(sender(promise), isRefused)
  await exchange(Promise.resolve())
  resolve('refused')
  expect(await answer).toBe('given')
})

test('counts a failed replacement too, and reports its failure to its caller', async () => {
  const failing = exchange(Promise.reject(new Error('no answer')))
  const answer = acrossExchanges(sender(Promise.resolve('refused')), isRefused)
  await expect(failing).rejects.toThrow('no answer')
  expect(await answer).toBe('given')
})
