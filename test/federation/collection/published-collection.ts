/** A Trust Anchor with a collection of a few entities, and its collection endpoint. */
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import { openStaging } from '#federation/collection/staging.ts'
import type { CollectionRecord } from '#store/collection-record.ts'
import { entityId, startTrustAnchor } from '../trust-anchor.ts'

export const member = 'https://ta.example/marks/member'
export const certified = 'https://ta.example/marks/certified'
const mark = (type: string) => ({ trust_mark_type: type, trust_mark: `jwt of ${type}` })

export const records: CollectionRecord[] = [
  {
    entity_id: 'https://op.example',
    entity_types: ['federation_entity', 'openid_provider'],
    ui_infos: {
      openid_provider: {
        display_name: 'University of Åland',
        'display_name#sv': 'Ålands universitet',
        logo_uri: 'https://op.example/logo',
      },
      federation_entity: { organization_name: 'Åland' },
    },
    trust_marks: [mark(member), mark(certified)],
  },
  {
    entity_id: 'https://rp.example',
    entity_types: ['openid_relying_party'],
    ui_infos: { openid_relying_party: { display_name: 'Library' } },
    trust_marks: [mark(member)],
  },
  { entity_id: 'https://bare.example', entity_types: ['oauth_client'], ui_infos: {}, trust_marks: [] },
]
export const [op = '', rp = '', bare = ''] = records.map(({ entity_id }) => entity_id)

type Page = {
  entities: { entity_id: string; [claim: string]: unknown }[]
  next?: string
  last_updated?: number
}

/** As the end of a crawl. */
export async function publishCollection(
  redis: Redis,
  all: readonly CollectionRecord[],
  trustAnchor = entityId,
): Promise<void> {
  const staging = await openStaging(redis, '')
  for (const record of all) await staging.add(record)
  await staging.publish({ trustAnchor, lastUpdated: 1_700_000_000 })
  await staging.close()
}

/** Entities without anything to show. */
export const many = (count: number): CollectionRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    entity_id: `https://entity-${String(at).padStart(6, '0')}.example.org`,
    entity_types: ['openid_relying_party'],
    ui_infos: {},
    trust_marks: [],
  }))

/** Metadata that names the endpoint. */
export const withCollection = (more: object = {}) => ({
  metadata: {
    federation_entity: {
      federation_fetch_endpoint: `${entityId}/fetch`,
      federation_list_endpoint: `${entityId}/list`,
      federation_collection_endpoint: `${entityId}/collection`,
      ...more,
    },
  },
})

export type PublishedCollection = Awaited<ReturnType<typeof startCollection>>

/** Without a collection until `publish`. */
export async function startCollection() {
  const ta = await startTrustAnchor()
  await ta.publishConfiguration()

  const publish = (all: readonly CollectionRecord[], trustAnchor = entityId) =>
    publishCollection(ta.redis.client, all, trustAnchor)
  const ask = (query = '') => ta.app.inject({ url: `/collection${query}` })
  async function page(query = ''): Promise<Page> {
    const answer = await ask(query)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json'])
    return answer.json()
  }
  const ids = async (query: string) => (await page(query)).entities.map((entity) => entity.entity_id)
  return { ta, publish, ask, page, ids, close: ta.close }
}
