/** Until when data is trusted to be announced: a Redis that hangs announces nothing, and keeps its connections. */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { untilTrue } from '#test/helpers/until.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const id = 'https://rp.example'
const path = `/fetch?sub=${encodeURIComponent(id)}`

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id })
  await ta.publishSubordinate({ id: 'https://other.example' }) // Redis loses the key of an empty hash
})

const statusOf = async () => (await ta.app.inject({ url: path })).statusCode

/** Changes the statement without an announcement. */
const removeSilently = () => ta.redis.client.hdel(ta.names.subordinates, id)

test('sees the change of another writer after five seconds', async () => {
  expect(await statusOf()).toBe(200)
  await removeSilently()
  expect(await statusOf()).toBe(200)
  await untilTrue('the statement is gone', async () => (await statusOf()) === 404)
  await ta.publishSubordinate({ id })
})

test('what our publisher wrote stays in memory longer, but not while Redis hangs', async () => {
  await ta.redis.client.set(ta.names.publicationMarker, 'ours')
  await ta.announce({ kind: 'all' })
  expect(await statusOf()).toBe(200)
  await removeSilently()
  for (let second = 0; second < 7; second++) {
    await setTimeout(1_000)
    expect(await statusOf()).toBe(200)
  }
  ta.redis.pause()
  await untilTrue('the server knows', async () => (await statusOf()) === 503)
  ta.redis.resume()
  await untilTrue('the statement is gone', async () => (await statusOf()) === 404)
})
