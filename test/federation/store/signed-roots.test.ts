/** Tests that the roots of manifests are remembered by number, and no more of them than fit. */
import { expect, it } from 'vitest'
import { readSignedRoots, rememberRoot } from '#store/manifests.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'

const redis = inFile(startRedis)
const key = 'inmor:manifest_roots'
const rootOf = (number: number) => number.toString(16).padStart(64, '0')

it('remembers nothing at first', async () => {
  expect(await readSignedRoots(redis.client, key, 1)).toEqual({ roots: [], oldest: null, newest: null })
})

it('has both roots of a number that was given twice', async () => {
  await rememberRoot(redis.client, key, 7, rootOf(7))
  await rememberRoot(redis.client, key, 7, rootOf(8))
  const { roots } = await readSignedRoots(redis.client, key, 7)
  expect(roots.toSorted()).toEqual([rootOf(7), rootOf(8)])
  await redis.client.del(key)
})

it('forgets the oldest beyond 5,000, and all of them a week after the last', async () => {
  const members = Array.from({ length: 5_000 }, (_, at) => [at + 1, `${at + 1} ${rootOf(at + 1)}`])
  await redis.client.zadd(key, ...members.flat())
  await rememberRoot(redis.client, key, 5_001, rootOf(5_001))
  expect(await readSignedRoots(redis.client, key, 1)).toEqual({ roots: [], oldest: 2, newest: 5_001 })
  expect(await redis.client.ttl(key)).toBeGreaterThan(604_700)
})
