/** Tests that an export has the first pages of /collection, as of the last crawl. */
import { readdir } from 'node:fs/promises'
import { beforeAll, expect, it } from 'vitest'
import type { CollectionRecord } from '#store/collection-record.ts'
import { folderInFile, inFile, inTest, standIn } from '#test/helpers/in-file.ts'
import { many, records, startCollection, withCollection } from '../collection/published-collection.ts'
import { compareOnce, openExport, startFollowing, textOf } from './exported.ts'

const path = folderInFile('export')
const published = inFile(startCollection)
const ta = standIn(() => published.ta)
const context = inFile(() => openExport(ta, path))
const read = (file: string) => textOf(path, `collection/${file}.json`)
const pageNames = async () =>
  (await readdir(`${path}/collection/from`)).filter((name) => name.endsWith('.json'))

/** The identifiers of the pages, from one to the next, without the server. */
async function follow(): Promise<string[]> {
  const ids: string[] = []
  for (let file: string | undefined = 'all'; file; ) {
    const { entities, next } = JSON.parse((await read(file)) ?? expect.unreachable(`${file} is missing`))
    ids.push(...entities.map(({ entity_id }: CollectionRecord) => entity_id))
    file = next && `from/${next}`
  }
  return ids
}

beforeAll(async () => void (await ta.publishConfiguration(withCollection())))

it('has no file before the first crawl, and everything else', async () => {
  await compareOnce(context)
  expect(await read('all')).toBeNull()
  expect(await textOf(path, 'list/all.json')).toBe('[]')
})

it('has the bytes of the first page, and of that of each Entity Type', async () => {
  await published.publish(records)
  await compareOnce(context)
  const types = ['openid_provider', 'openid_relying_party', 'oauth_client', 'oauth_resource']
  for (const [file, query] of [
    ['all', ''],
    ...types.map((type) => [`entity_type/${type}`, `?entity_type=${type}`] as const),
  ] as const)
    expect(await read(file), file).toBe((await published.ask(query)).body)
  expect(await compareOnce(context)).toEqual({ written: 0, removed: 0, faulty: 0 })
})

it('follows each crawl: new pages, each behind the one before, and none that no page leads to', async () => {
  await inTest(startFollowing(context))
  const ids = many(1_100).map(({ entity_id }) => entity_id)
  await published.publish(many(1_100))
  await expect.poll(follow).toEqual(ids)
  expect(await pageNames()).toHaveLength(2)
  await published.publish(many(501))
  await expect.poll(follow).toEqual(ids.slice(0, 501))
  await expect.poll(pageNames).toHaveLength(1)
})

it('has the first pages of a large collection', async () => {
  await published.publish(many(10_600))
  await compareOnce(context)
  expect(await pageNames()).toHaveLength(19)
})

it('stays as it is when Redis has lost the collection, and not the rest', async () => {
  const before = await read('all')
  await ta.redis.client.del(await ta.redis.client.keys('inmor:collection:*'))
  expect(await compareOnce(context)).toEqual({ written: 0, removed: 0, faulty: 0 })
  expect(await read('all')).toBe(before)
  await published.publish(records)
})

it('is absent where clients must authenticate, where the endpoint is not published, and for another anchor', async () => {
  for (const more of [
    { federation_collection_endpoint_auth_methods: ['private_key_jwt'] },
    { federation_collection_endpoint: undefined },
  ]) {
    await ta.publishConfiguration(withCollection(more))
    await compareOnce(context)
    expect(await read('all')).toBeNull()
    expect(await read('entity_type/openid_provider')).toBeNull()
    await ta.publishConfiguration(withCollection())
    await compareOnce(context)
    expect(await read('all')).not.toBeNull()
  }
  await published.publish(records, 'https://other.example')
  await compareOnce(context)
  expect(await read('all')).toBeNull()
})
