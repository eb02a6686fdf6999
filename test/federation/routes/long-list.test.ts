/** Tests answers that are sent in parts, or compressed. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

/** More than one megabyte of identifiers. */
const MANY = 30_000

let url: string

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  const times = { registered: ta.now(), updated: ta.now(), expires: ta.now() + 3600 }
  const pipeline = ta.redis.client.pipeline()
  for (let at = 0; at < MANY; at++) {
    const [id, isProvider] = [idOf(at), at % 1_000 === 0]
    const entity_types = [isProvider ? 'openid_provider' : 'openid_relying_party']
    const info = formatSubordinateInfo({ entity_types, intermediate: at === 7, ...times })
    // The list needs no statement.
    pipeline.hset(ta.names.subordinates, id, 'x.y.z').hset(ta.names.subordinateInfo, id, info)
  }
  await pipeline.exec()
  await ta.announce({ kind: 'all' })
  url = await ta.app.listen({ host: '127.0.0.1', port: 0 })
})

const idOf = (at: number) => `https://member-${at}.research.example.org`
const everyone = JSON.stringify(Array.from({ length: MANY }, (_, at) => idOf(at)).sort())

async function request(path: string, encoding?: string, method = 'GET') {
  const headers = encoding === undefined ? {} : { 'accept-encoding': encoding }
  const [answer] = (await once(get(`${url}${path}`, { headers, method }), 'response')) as [IncomingMessage]
  const body = Buffer.concat(await answer.toArray())
  return { headers: answer.headers, body }
}

test('sends a long list in parts, with its length', async () => {
  for (const encoding of [undefined, '', 'identity', 'br', 'gzip;q=0', 'identity, gzip;q=0.5']) {
    const { headers, body } = await request('/list', encoding)
    expect(body.toString()).toBe(everyone)
    expect(headers).toMatchObject({ 'content-length': String(everyone.length), vary: 'accept-encoding' })
    expect(headers).not.toHaveProperty('content-encoding')
  }
})

test('compresses it for clients that accept that', async () => {
  for (const encoding of ['gzip', 'gzip, deflate, br', '*', 'br;q=1.0, gzip;q=0.8']) {
    const { headers, body } = await request('/list', encoding)
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
    expect(headers['content-length']).toBe(String(body.length))
    expect(body.length).toBeLessThan(everyone.length / 4)
    expect(gunzipSync(body).toString()).toBe(everyone)
  }
})

test('repeats a compressed list of medium length, and the same list uncompressed', async () => {
  let repeated = 0
  ta.app.onRepeatedAnswer(() => {
    repeated++
  })
  const path = '/list?entity_type=openid_provider'
  // The first request of a URL is only remembered.
  for (const encoding of ['gzip', 'gzip', undefined]) await request(path, encoding)
  expect(repeated).toBe(0)
  for (const encoding of ['gzip', undefined, 'br', 'gzip']) {
    const { headers, body } = await request(path, encoding)
    const text = headers['content-encoding'] ? gunzipSync(body) : body
    expect(JSON.parse(text.toString())).toHaveLength(MANY / 1_000)
  }
  expect(repeated).toBe(4)
})

test('does not compress a short list', async () => {
  const { headers, body } = await request('/list?intermediate=true', 'gzip')
  expect(JSON.parse(body.toString())).toEqual([idOf(7)])
  expect(headers).not.toHaveProperty('vary')
})

test('answers HEAD with the headers of GET', async () => {
  for (const encoding of ['identity', 'gzip']) {
    const [got, head] = [await request('/list', encoding), await request('/list', encoding, 'HEAD')]
    expect(head.body).toHaveLength(0)
    expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' })
  }
})

test('a client that leaves early does not disturb others', async () => {
  const [answer] = (await once(get(`${url}/list`), 'response')) as [IncomingMessage]
  await once(answer, 'readable')
  answer.destroy()
  expect((await request('/list')).body.toString()).toBe(everyone)
})
