/** A failed crawl leaves the collection unchanged and no staged data. */
import { beforeEach, expect, test } from 'vitest'
import { openStaging } from '#federation/collection/staging.ts'
import { anchor } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile()
const federation = inFile(() =>
  anchor({ authorityHints: [entityId] })
    .leaf()
    .start(),
)

beforeEach(async () => {
  await ta.redis.client.flushall()
  await ta.announce({ kind: 'all' })
  federation.top.misbehave(undefined)
  federation.leaf.misbehave(undefined)
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys })
  await ta.crawl()
})

async function live(): Promise<Record<string, string>> {
  const { client } = ta.redis
  const { entities, lastUpdated } = ta.names.collection
  const held = { ...(await client.hgetall(entities)), lastUpdated: String(await client.get(lastUpdated)) }
  expect(Object.keys(held)).toHaveLength(3)
  return held
}

test('when the anchor has no valid configuration', async () => {
  const before = await live()
  await ta.publishConfiguration({}, -1000)
  await expect(ta.crawl()).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  expect(await live()).toEqual(before)
})

test('when nothing below the anchor can be read', { tags: 'fault/walk-killed' }, async () => {
  const before = await live()
  federation.top.misbehave('server error')
  await expect(ta.crawl()).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    message: expect.stringContaining('None of the 1 entities'),
  })
  expect(await live()).toEqual(before)
})

test('when it is interrupted while an entity does not respond', async () => {
  const before = await live()
  federation.leaf.misbehave('hang')
  const interruption = new AbortController()
  const crawl = ta.crawl({
    signal: interruption.signal,
    onProgress: () => interruption.abort(new Error('enough')),
  })
  await expect(crawl).rejects.toThrow('enough')
  expect(await live()).toEqual(before)
  expect(await ta.redis.client.keys('*staging*')).toEqual([])
})

test('when Redis lost staged data after a restart or a flush', {
  tags: 'fault/walk-killed',
}, async () => {
  const staging = await openStaging(ta.redis.client, '')
  const add = (name: string) =>
    staging.add({ entity_id: `https://${name}.example`, entity_types: ['a'], ui_infos: {}, trust_marks: [] })
  for (let count = 0; count < 100; count++) await add(String(count)) // one batch
  const staged = await ta.redis.client.keys('*staging*')
  expect(staged).not.toEqual([])
  await ta.redis.client.del(staged)
  await add('last')
  const before = await live()
  await expect(staging.publish({ trustAnchor: entityId, lastUpdated: ta.now() })).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    message: expect.stringContaining('Redis lost data'),
  })
  await staging.close()
  expect(await live()).toEqual(before)
})

test('when Redis goes down', { tags: 'fault/walk-killed' }, async () => {
  const crawl = ta.crawl({ onProgress: () => void ta.redis.stop() })
  await expect(crawl).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  await ta.redis.restart()
  expect(await ta.redis.client.keys('*')).toEqual([])
})

test('two concurrent crawls leave one complete collection', async () => {
  await Promise.all([ta.crawl(), ta.crawl(), ta.crawl()])
  await live()
  expect(await ta.redis.client.keys('*staging*')).toEqual([])
})
