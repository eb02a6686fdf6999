/** Two crawls that end at the same time: one replaces the other completely. */
import { expect, test } from 'vitest'
import { type Collection, swapCollection } from '#federation/collection/staging.ts'
import { duplicateRedis, waitForRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { entityId } from '../publisher.ts'

const keys = redisKeys()

const redis = inFile(startRedis)

/** The staged data of a crawl that found one entity, of a type of its own. */
async function staged(crawl: string): Promise<Collection> {
  const names = keys.collection.staging(crawl)
  const id = `https://${crawl}.example`
  await redis.client.hset(names.entities, id, '{}')
  await redis.client.zadd(names.sorted, 0, id)
  await redis.client.sadd(names.byType(crawl), id)
  return { names, entities: 1, entityTypes: new Set([crawl]), trustMarkTypes: new Set() }
}

const swap = (client: TestRedis['client'], collection: Collection) =>
  swapCollection(client, keys, collection, { trustAnchor: entityId, lastUpdated: 1 })

test('removes an earlier crawl that ends while the later lists the keys to remove', async () => {
  const [earlier, later] = [await staged('earlier'), await staged('later')]
  const connection = duplicateRedis(redis.client, { enableAutoPipelining: false })
  await waitForRedis(connection, 10_000)
  const scan = connection.scan.bind(connection)
  let isOver = false
  // The other crawl ends between two real commands.
  connection.scan = (async (...pattern: Parameters<typeof scan>) => {
    const found = await scan(...pattern)
    if (!isOver) {
      isOver = true
      await swap(redis.client, earlier)
    }
    return found
  }) as typeof scan // scan has many signatures with the same result
  await swap(connection, later)
  connection.disconnect()
  expect(isOver).toBe(true)
  expect(await redis.client.hkeys(keys.collection.entities)).toEqual(['https://later.example'])
  expect(await redis.client.keys(keys.collection.byType('*'))).toEqual([keys.collection.byType('later')])
  expect(await redis.client.keys('*staging*')).toEqual([])
})
