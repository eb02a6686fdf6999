/** The registry of anchors, and the place of the data of each. */
import { expect, test } from 'vitest'
import { anchorPlace, isSlug, readAnchors, writeAnchors } from '#store/anchors.ts'
import { redisKeys } from '#store/keys.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'

const redis = inFile(startRedis)

const place = (changes: Partial<ReturnType<typeof anchorPlace>> = {}) => ({
  redisKeyPrefix: '',
  keysDirectory: '/keys',
  historicalKeysDirectory: '/keys/historical_keys',
  ...changes,
})

test.each(['a', '0', 'test', 'a-b', 'a--b', 'a'.repeat(32), 'main'])('%s is a slug', (text) => {
  expect(isSlug(text)).toBe(true)
})

test.each([
  '',
  '-',
  'a-',
  '-a',
  'A',
  'a_b',
  'a.b',
  'a/b',
  '..',
  'a b',
  'ä',
  'a\n',
  'a'.repeat(33),
  'publickeys',
])('%j is no slug', (text) => {
  expect(isSlug(text)).toBe(false)
})

test('the first anchor keeps its place', () => {
  const base = place({ redisKeyPrefix: '{inmor}', historicalKeysDirectory: '/history' })
  expect(anchorPlace(base, 'main')).toEqual(base)
  expect(anchorPlace({ ...base, more: 1 } as typeof base, 'main')).toEqual(base)
})

test.each([
  ['', '{test}', '{test}inmor:entity_id'],
  ['{inmor}', '{inmor.test}', '{inmor.test}inmor:entity_id'],
  ['x:{inmor}', '{x:inmor.test}', '{x:inmor.test}inmor:entity_id'],
])('with the prefix %j, another anchor has %j', (redisKeyPrefix, prefix, key) => {
  const found = anchorPlace(place({ redisKeyPrefix }), 'test')
  expect(found.redisKeyPrefix).toBe(prefix)
  expect(redisKeys(found.redisKeyPrefix).entityConfiguration).toBe(key)
})

test('the keys of another anchor are in a folder of its own', () => {
  expect(anchorPlace(place(), 'test')).toMatchObject({
    keysDirectory: '/keys/test',
    historicalKeysDirectory: '/keys/test/historical_keys',
  })
  const inside = place({ keysDirectory: './keys/', historicalKeysDirectory: 'keys/historical_keys' })
  expect(anchorPlace(inside, 'test').historicalKeysDirectory).toBe('keys/test/historical_keys')
  const outside = place({ historicalKeysDirectory: '/history' })
  expect(anchorPlace(outside, 'test').historicalKeysDirectory).toBe('/history/test')
})

test('reads what was written, without the entries that are no anchors', async () => {
  const a = { slug: 'a', entityId: 'https://a.example', paused: true }
  const main = { slug: 'main', entityId: 'https://ta.example/edu', paused: false }
  await writeAnchors(redis.client, '{x}', [main, a])
  expect(await redis.client.hgetall('{x}inmor:anchors')).toEqual({
    a: '{"entityId":"https://a.example","paused":true}',
    main: '{"entityId":"https://ta.example/edu","paused":false}',
  })
  await redis.client.hset('{x}inmor:anchors', { 'A B': '{}', b: 'null', c: '[]', d: '{"entityId":1}' })
  const invalid: string[] = []
  expect(await readAnchors(redis.client, '{x}', (slug) => invalid.push(slug))).toEqual([a, main])
  expect(invalid).toEqual(['A B', 'b', 'c', 'd'])
  expect(await readAnchors(redis.client, '')).toEqual([])
})

test('writing replaces the registry', async () => {
  const entry = { entityId: 'https://a.example', paused: false }
  await writeAnchors(redis.client, '', [
    { slug: 'a', ...entry },
    { slug: 'b', ...entry },
  ])
  await writeAnchors(redis.client, '', [{ slug: 'b', ...entry }])
  expect(await readAnchors(redis.client, '')).toEqual([{ slug: 'b', ...entry }])
  await writeAnchors(redis.client, '', [])
  expect(await redis.client.exists(redisKeys().anchors)).toBe(0)
})
