/** The cache of response bodies: sources and expiry. */
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { createBodyCache } from '#federation/http/body-cache.ts'

/** A list of the reader, which is another object after a change. */
const list = () => ({})

const encoded = (text: string, until = Infinity) => ({ body: text, until })

test('builds a body once, until a source list is replaced', async () => {
  const keep = createBodyCache()
  const source = list()
  const make = vi.fn(async () => encoded('["a"]'))
  const first = await keep('key', [source], 100, make)
  expect(String(first.body)).toBe('["a"]')
  expect(first.compressed).toBeUndefined()
  expect(await keep('key', [source], 1_000_000, make)).toBe(first)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('other key', [source], 100, make)
  await keep('key', [list()], 100, make)
  await keep('key', [source, source], 100, make)
  expect(make).toHaveBeenCalledTimes(4)
})

test('builds a body again when the first listed item expires', async () => {
  const keep = createBodyCache()
  const source = list()
  const make = vi.fn(async () => encoded('[]', 200))
  for (const now of [100, 150, 199]) await keep('key', [source], now, make)
  expect(make).toHaveBeenCalledTimes(1)
  await keep('key', [source], 200, make)
  expect(make).toHaveBeenCalledTimes(2)
})

test('shares one build and one compression between concurrent requests', async () => {
  const keep = createBodyCache()
  const source = list()
  const answer = Array.from({ length: 2_500 }, (_, at) => `https://${at}.example`)
  const make = vi.fn(async () => encoded(JSON.stringify(answer)))
  const both = await Promise.all([keep('key', [source], 100, make), keep('key', [source], 100, make)])
  expect(make).toHaveBeenCalledTimes(1)
  expect(JSON.parse(String(both[0].body))).toEqual(answer)
  const compressed = await Promise.all(both.map((each) => each.compressed?.()))
  expect(compressed[0]).toBe(compressed[1])
  expect(JSON.parse(gunzipSync(compressed[0] as Buffer).toString())).toEqual(answer)
})

test('builds again for a list that is replaced during a build', async () => {
  const keep = createBodyCache()
  const [before, after] = [list(), list()]
  const make = (answer: string) => async () => encoded(JSON.stringify([answer]))
  const bodies = await Promise.all([
    keep('key', [before], 100, make('before')),
    keep('key', [after], 100, make('after')),
  ])
  expect(bodies.map(({ body }) => String(body))).toEqual(['["before"]', '["after"]'])
  expect(await keep('key', [after], 100, make('again'))).toBe(bodies[1])
})

test('keeps no body of more bytes than it may', async () => {
  const keep = createBodyCache(1_000)
  const source = list()
  const make = vi.fn(async () => encoded(JSON.stringify(['a'.repeat(2_000)])))
  for (const at of [1, 2]) {
    expect(String((await keep('key', [source], 100, make)).body)).toHaveLength(2_004)
    expect(make).toHaveBeenCalledTimes(at)
  }
})
