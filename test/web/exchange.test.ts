/** A request that meets the exchange of one session for another is sent again, and no other is. */
import { expect, test, vi } from 'vitest'
import { acrossExchanges, exchange } from '#lib/auth/exchange.ts'

const isRefused = (answer: string) => answer === 'refused'
const sender = (...answers: Promise<string>[]) => vi.fn(() => answers.shift() ?? Promise.resolve('given'))

test('what is refused for want of a session is refused, when none is coming', async () => {
  await exchange(Promise.resolve()) // it had its answer before
  const send = sender(Promise.resolve('refused'))
  expect(await acrossExchanges(send, isRefused)).toBe('refused')
  expect(send).toHaveBeenCalledTimes(1)
})

test('what is refused while a session is coming waits for it', async () => {
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

test('a refusal that arrives after the session counts as from before it', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const answer = acrossExchanges(sender(promise), isRefused)
  await exchange(Promise.resolve())
  resolve('refused')
  expect(await answer).toBe('given')
})

test('an exchange that fails is one as well, and its failure is for who asked for it', async () => {
  const failing = exchange(Promise.reject(new Error('no answer')))
  const answer = acrossExchanges(sender(Promise.resolve('refused')), isRefused)
  await expect(failing).rejects.toThrow('no answer')
  expect(await answer).toBe('given')
})
