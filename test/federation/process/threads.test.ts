/** Tests how many threads of libuv a program gets. */
import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { limitThreads } from '#federation/config/threads.ts'

it('is one for each processor, four at most, unless the operator says another number', () => {
  const environment: NodeJS.ProcessEnv = {}
  limitThreads(environment)
  expect(Number(environment.UV_THREADPOOL_SIZE)).toBe(Math.min(4, availableParallelism()))
  const chosen = { UV_THREADPOOL_SIZE: '7' }
  limitThreads(chosen)
  expect(chosen.UV_THREADPOOL_SIZE).toBe('7')
})
