/** `/collection`: paging, also during a new crawl. */
import { beforeAll, expect, test } from 'vitest'
import type { CollectionRecord } from '#store/collection-record.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { member, type PublishedCollection, records, startCollection } from './published-collection.ts'

const published = inFile(startCollection)
beforeAll(() => publish(records))

const publish: PublishedCollection['publish'] = (...all) => published.publish(...all)
const page: PublishedCollection['page'] = (query) => published.page(query)
const ids: PublishedCollection['ids'] = (query) => published.ids(query)

async function allPages(query: string, between = async () => {}): Promise<string[]> {
  const found: string[] = []
  let from = ''
  while (found.length < 10_000) {
    const { entities, next } = await page(`?${query}${from}`)
    found.push(...entities.map((entity) => entity.entity_id))
    if (next === undefined) return found
    from = `&from=${next}`
    await between()
  }
  throw new Error(`the pages lead in a circle: ${found.slice(0, 10).join(', ')} …`)
}

test.each(['', '&query=example', `&trust_mark_type=${member}`])(
  'pages through all entities once: limit=1%s',
  { tags: 'collection/next' },
  async (filter) => {
    expect(await allPages(`limit=1${filter}`)).toEqual(await ids(`?limit=9${filter}`))
  },
)

const many = Array.from({ length: 1_203 }, (_, count): CollectionRecord => {
  const entity_id = `https://${String(count).padStart(4, '0')}.example`
  return { entity_id, entity_types: ['openid_provider'], ui_infos: {}, trust_marks: [] }
})

test('never sends more than its maximum, with or without a limit', {
  tags: 'collection/limit',
}, async () => {
  await publish(many)
  expect((await page()).entities).toHaveLength(500)
  expect((await page('?limit=100000')).entities).toHaveLength(500)
  expect(await allPages('')).toEqual(many.map(({ entity_id }) => entity_id))
})

test.each(['limit=100', 'limit=100&entity_type=openid_provider', 'limit=100&query=example'])(
  'lists each remaining entity exactly once while a crawl follows each page: %s',
  { tags: 'collection/order' },
  async (query) => {
    const staying = many.filter((_, count) => count % 3 !== 0)
    await publish(many)
    let crawls = 0
    const found = await allPages(query, async () => {
      crawls += 1
      await publish(crawls % 2 === 0 ? many : staying)
    })
    expect(crawls).toBeGreaterThan(5)
    expect(new Set(found).size).toBe(found.length)
    expect(found).toEqual(expect.arrayContaining(staying.map(({ entity_id }) => entity_id)))
  },
)

test('continues after an entity that was removed before its page was requested', {
  tags: 'collection/from',
}, async () => {
  await publish(many)
  const { next } = await page('?limit=10')
  await publish(many.slice(20))
  expect((await page(`?limit=1&from=${next}`)).entities[0]?.entity_id).toBe(many[20]?.entity_id)
})
