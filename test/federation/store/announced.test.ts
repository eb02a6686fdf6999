/** Until when data is trusted to be announced: a Redis that hangs announces nothing, and keeps its connections. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { untilTrue } from '#test/helpers/until.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const id = 'https://rp.example'
const path = `/fetch?sub=${encodeURIComponent(id)}`

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: 'https://other.example' }) // Redis loses the key of an empty hash
})
beforeEach(async () => {
  await ta.publishSubordinate({ id })
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => vi.useRealTimers())

const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1000)
const statusOf = async () => (await ta.app.inject({ url: path })).statusCode
/** Changes the statement without an announcement. */
const removeSilently = () => ta.redis.client.hdel(ta.names.subordinates, id)
/** Resolves when Redis has answered what the server asked before. */
const settle = () => Promise.all([ta.parts.reader.ping(), ta.parts.reader.catchUp()])

test('sees the change of another writer after five seconds', async () => {
  expect(await statusOf()).toBe(200)
  await removeSilently()
  wait(4)
  expect(await statusOf()).toBe(200)
  wait(2)
  expect(await statusOf()).toBe(404)
})

test('holds what our publisher wrote longer, but not while Redis hangs', async () => {
  await ta.redis.client.set(ta.names.publicationMarker, 'ours')
  await ta.announce({ kind: 'all' })
  expect(await statusOf()).toBe(200)
  wait(3)
  expect(await statusOf()).toBe(200)
  await settle()
  await removeSilently()
  for (let times = 0; times < 5; times++) {
    wait(3)
    expect(await statusOf()).toBe(200)
    await settle()
  }
  ta.redis.pause()
  wait(6)
  expect(await statusOf()).toBe(503)
  ta.redis.resume()
  await untilTrue('the server is back', async () => (await statusOf()) === 404)
})
