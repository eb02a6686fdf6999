/** Two thousand entities in three levels: a crawl finds all, and paging lists each once during crawls. */
import { beforeAll, expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { startLargeFederation } from './large-federation.ts'

const ta = trustAnchorInFile({ collectionRateLimit: 1_000_000 })
const federation = inFile(() => startLargeFederation(entityId, { width: 10, leaves: 19 }))
beforeAll(async () => {
  await ta.publishConfiguration()
  for (const id of federation.top) await ta.publishSubordinate({ id, keys: federation.keys })
})

test('finds all of them', async () => {
  expect(await ta.crawl()).toMatchObject({ entities: 2010, failed: 0 })
  expect(await ta.redis.client.zrange(ta.names.collection.sorted, 0, -1)).toEqual(federation.all)
})

test.each(['', '&entity_type=openid_relying_party&entity_type=federation_entity'])(
  'pages through all of them exactly once during crawls: %s',
  async (filter) => {
    let [crawls, isPaging] = [0, true]
    const crawling = (async () => {
      for (; isPaging; crawls++) await ta.crawl()
    })()
    const found: string[] = []
    let from = ''
    for (let pages = 0; pages < 10_000; pages++) {
      const answer = await ta.app.inject({ url: `/collection?limit=50${filter}${from}` })
      const { entities, next } = answer.json<{ entities: { entity_id: string }[]; next?: string }>()
      found.push(...entities.map((entity) => entity.entity_id))
      if (next === undefined) {
        if (crawls > 0) break
        found.length = 0 // a crawl must end in the meantime, or the test proves nothing
      }
      from = next === undefined ? '' : `&from=${next}`
    }
    isPaging = false
    await crawling
    expect(found).toEqual(federation.all)
  },
)
