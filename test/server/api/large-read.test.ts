/** Tests that requests share long reads, and that each reads what was changed before it. */
import { expect, it } from 'vitest'
import type { Context } from '#server/schema/context.ts'
import { shareReads } from '#server/schema/large-read.ts'

const place = () => ({ db: {} as Context['db'], now: () => new Date() }) // only its identity counts

/** A read that waits for `end`, and returns its number. */
function startReads() {
  const ends: { resolve(value: number): void; reject(reason: Error): void }[] = []
  const read = shareReads(() => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    ends.push({ resolve, reject })
    return promise
  })
  /** Of the read with this number, from 1. */
  const end = async (number: number, failure?: Error) => {
    await expect.poll(() => ends.length).toBe(number)
    const { resolve, reject } = ends[number - 1] ?? expect.unreachable()
    failure ? reject(failure) : resolve(number)
  }
  return { read, end }
}

it('begins after each request, and once for all that wait', async () => {
  const { read, end } = startReads()
  const here = place()
  const [first, ...others] = Array.from({ length: 10 }, () => read(here))
  await end(1)
  expect(await first).toBe(1)
  await expect.poll(() => Promise.race([...others, 'waits'])).toBe('waits')
  const later = read(here) // the second one has begun
  await end(2)
  expect(await Promise.all(others)).toEqual(others.map(() => 2))
  await end(3)
  expect(await later).toBe(3)
  const last = read(here)
  await end(4)
  expect(await last).toBe(4)
})

it('fails for those alone that share it', async () => {
  const { read, end } = startReads()
  const here = place()
  const [first, second] = [read(here), read(here)]
  await end(1, new Error('away'))
  await expect(first).rejects.toThrow('away')
  await end(2)
  expect(await second).toBe(2)
})

it('is shared within one database alone', async () => {
  const { read, end } = startReads()
  const [here, there] = [read(place()), read(place())]
  await expect.poll(() => Promise.race([here, there, 'waits'])).toBe('waits')
  await end(2)
  expect(await there).toBe(2)
})
