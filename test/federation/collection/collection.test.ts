/** `/collection`: every parameter of the Entity Collection draft but those of pages. */
import { expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { entityId } from '../publisher.ts'
import {
  bare,
  certified,
  member,
  op,
  type PublishedCollection,
  records,
  rp,
  startCollection,
} from './published-collection.ts'

const published = inFile(startCollection)

const publish: PublishedCollection['publish'] = (...all) => published.publish(...all)
const ask: PublishedCollection['ask'] = (query) => published.ask(query)
const page: PublishedCollection['page'] = (query) => published.page(query)
const ids: PublishedCollection['ids'] = (query) => published.ids(query)

test('is unavailable, not empty, before the first crawl', async () => {
  const answer = await ask()
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  await publish(records)
})

test('lists every entity by identifier, with types, UI infos and the time of the crawl', {
  tags: 'collection/entity-id',
}, async () => {
  const { entities, ...rest } = await page()
  expect(rest).toEqual({ last_updated: 1_700_000_000 })
  expect(entities).toEqual([
    { entity_id: bare, entity_types: ['oauth_client'] },
    { entity_id: op, entity_types: records[0]?.entity_types, ui_infos: records[0]?.ui_infos },
    { entity_id: rp, entity_types: records[1]?.entity_types, ui_infos: records[1]?.ui_infos },
  ])
})

eachRow([
  ['entity_type=openid_provider', [op]],
  proves(
    ['entity_type=openid_provider&entity_type=openid_relying_party', [op, rp]],
    'collection/entity-type',
  ),
  ['entity_type=nothing', []],
  [`trust_mark_type=${member}`, [op, rp]],
  [`trust_mark_type=${member}&trust_mark_type=${certified}`, [op]],
  [`trust_mark_type=${member}&entity_type=openid_relying_party`, [rp]],
  ['query=LIBRARY', [rp]],
  ['query=example', [bare, op, rp]],
  ['query=%C3%85lands', [op]],
  ['query=universit+%C3%A5land', [op]],
  ['query=library+university', []],
  [`query=example&trust_mark_type=${member}&entity_type=openid_provider`, [op]],
  ['unheard=of', [bare, op, rp]],
  [`trust_anchor=${entityId}`, [bare, op, rp]],
])('filters: %s', { tags: 'collection/trust-mark-type' }, async (query, expected) => {
  expect(await ids(`?${query}`)).toEqual(expected)
})

test('shows the UI infos of the requested types only', { tags: 'collection/ui-infos' }, async () => {
  const { entities } = await page('?entity_type=openid_provider')
  expect(Object.keys(entities[0]?.ui_infos ?? {})).toEqual(['openid_provider'])
})

eachRow([
  proves(['entity_claims=entity_types', ['entity_id', 'entity_types']], 'collection/entity-claims'),
  ['entity_claims=entity_id', ['entity_id']],
  ['entity_claims=trust_marks&entity_claims=ui_infos', ['entity_id', 'trust_marks', 'ui_infos']],
  ['entity_claims=trust_marks,ui_infos', ['entity_id', 'trust_marks', 'ui_infos']],
  ['entity_claims=entity_infos', ['entity_id', 'entity_infos']],
  ['info_claims=logo_uri', ['entity_id', 'entity_infos', 'entity_types']],
])('includes the requested claims: %s', async (query, expected) => {
  const { entities } = await page(`?entity_type=openid_provider&${query}`)
  expect(Object.keys(entities[0] ?? {}).sort()).toEqual(expected)
})

eachRow([
  [
    'ui_claims=display_name',
    { display_name: 'University of Åland', 'display_name#sv': 'Ålands universitet' },
  ],
  ['ui_claims=display_name%23sv', { 'display_name#sv': 'Ålands universitet' }],
  [
    'ui_claims=display_name%23sv&ui_claims=logo_uri',
    { 'display_name#sv': 'Ålands universitet', logo_uri: 'https://op.example/logo' },
  ],
  proves(['ui_claims=policy_uri', undefined], 'collection/ui-claims'),
])('includes the requested UI claims: %s', async (query, expected) => {
  const { entities } = await page(`?entity_type=openid_provider&${query}`)
  expect(entities[0]?.ui_infos).toEqual(expected && { openid_provider: expected })
})

test('serves the names of the next draft beside those of the last', async () => {
  const only = '?entity_type=openid_provider&'
  const [last, next] = [await page(`${only}ui_claims=logo_uri`), await page(`${only}info_claims=logo_uri`)]
  expect(last.entities[0]?.ui_infos).toEqual({ openid_provider: { logo_uri: 'https://op.example/logo' } })
  expect(next.entities[0]?.entity_infos).toEqual(last.entities[0]?.ui_infos)
  expect(next.entities[0]).not.toHaveProperty('ui_infos')
  const both = await page(`${only}entity_claims=ui_infos,entity_infos&ui_claims=logo_uri`)
  expect(both.entities[0]?.entity_infos).toEqual(both.entities[0]?.ui_infos)
})

test('ignores empty parameters and a limit of 0 (RFC 6749 §3.1)', async () => {
  const empty = '?from=&limit=0&query=&entity_type=&trust_mark_type=&trust_anchor=&entity_claims=&ui_claims='
  expect(await page(empty)).toEqual(await page())
})

eachRow([
  proves(['from=hello', 404, 'page_not_found'], 'collection/from'),
  [`from=${Buffer.from(op).toString('base64url')}`, 404, 'page_not_found'],
  ['limit=-1', 400, 'invalid_request'],
  proves(['limit=ten', 400, 'invalid_request'], 'collection/limit'),
  ['limit=1&limit=2', 400, 'invalid_request'],
  ['query=a&query=b', 400, 'invalid_request'],
  proves(['entity_claims=metadata', 400, 'unsupported_claim'], 'collection/unsupported-claim'),
  ['entity_claims=constructor', 400, 'unsupported_claim'],
  proves(['ui_claims=client_secret', 400, 'unsupported_claim'], 'collection/unsupported-claim'),
  ['info_claims=client_secret', 400, 'unsupported_claim'],
  proves(
    ['trust_anchor=https%3A%2F%2Fother.example', 404, 'invalid_trust_anchor'],
    'collection/trust-anchor',
  ),
  ['trust_anchor=hello', 400, 'invalid_request'],
])('refuses %s', { tags: 'collection/errors' }, async (query, status, error) => {
  const answer = await ask(`?${query}`)
  expect(answer.json()).toEqual({ error, error_description: expect.any(String) })
  expect(answer.statusCode).toBe(status)
})

test('serves the federation of another anchor on request', {
  tags: 'collection/trust-anchor',
}, async () => {
  const other = 'https://other.example'
  await publish(records, other)
  expect(await ids(`?trust_anchor=${other}`)).toHaveLength(3)
  const answer = await ask()
  expect(answer.json()).toMatchObject({ error: 'invalid_trust_anchor' })
  expect(answer.statusCode).toBe(404)
})

test('serves the data of a foreign crawler, which announces nothing and omits members', async () => {
  const { ta } = published
  const { client } = ta.redis
  const { collection } = ta.names
  await client.flushall()
  await ta.announce({ kind: 'all' })
  await ta.publishConfiguration()
  await client.hset(
    collection.entities,
    rp,
    JSON.stringify({ entity_id: rp, entity_types: ['openid_relying_party'] }),
  )
  await client.zadd(collection.sorted, 0, rp)
  await client.sadd(collection.byType('openid_relying_party'), rp)
  expect(await page('?entity_type=openid_relying_party')).toEqual({
    entities: [{ entity_id: rp, entity_types: ['openid_relying_party'] }],
  })
  await client.set(collection.lastUpdated, '1700000001')
  await client.srem(collection.byType('openid_relying_party'), rp)
  expect(await page('?entity_type=openid_relying_party')).toEqual({
    entities: [],
    last_updated: 1_700_000_001,
  })
})
