/** Two thousand entities in three levels: a crawl finds all, and paging lists each once during crawls. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entityId } from '../publisher.ts'
import { startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'
import { type LargeFederation, startLargeFederation } from './large-federation.ts'

let ta: TrustAnchor
let federation: LargeFederation

beforeAll(async () => {
  ta = await startTrustAnchor({ collectionRateLimit: 1_000_000 })
  federation = await startLargeFederation(entityId, { width: 10, leaves: 19 })
  await ta.publishConfiguration()
  for (const id of federation.top) await ta.publishSubordinate({ id, keys: federation.keys })
})
afterAll(() => Promise.all([ta.close(), federation.close()]))

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
