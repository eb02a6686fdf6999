/** The record of an entity: display information, with fallbacks and language tags. */
import { expect, test } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import type { Metadata } from '#core/metadata.ts'
import { describeEntity } from '#federation/collection/visit.ts'
import { formatCollectionRecord, parseCollectionRecord } from '#store/collection-record.ts'
import { offlineEntity } from '../offline-entity.ts'

const id = 'https://entity.example'

async function describe(metadata: Metadata) {
  const { configuration } = await offlineEntity(id, { metadata })
  return describeEntity(parseEntityStatement(configuration), [])
}

test('copies informational parameters with their language tags, and nothing else (§5.2.2)', {
  tags: 'collection/ui-infos',
}, async () => {
  const info = {
    display_name: 'A',
    'display_name#de': 'B',
    description: 'C',
    keywords: ['d', 'e'],
    logo_uri: 'https://entity.example/logo.svg',
    policy_uri: 'https://entity.example/policy',
    'information_uri#sv': 'https://entity.example/om',
    organization_name: 'F',
  }
  const metadata = { openid_provider: { ...info, issuer: id, jwks_uri: 'https://entity.example/jwks' } }
  expect(await describe(metadata)).toEqual({
    entity_id: id,
    entity_types: ['openid_provider'],
    ui_infos: { openid_provider: info },
    trust_marks: [],
  })
})

test.each([
  ['openid_relying_party', 'client_name'],
  ['oauth_client', 'client_name'],
  ['oauth_resource', 'resource_name'],
])('takes the name of an %s from %s when it has no display_name', async (type, name) => {
  const { ui_infos } = await describe({ [type]: { [name]: 'Plain', [`${name}#fi`]: 'Suomi' } })
  expect(ui_infos[type]).toEqual({ display_name: 'Plain', 'display_name#fi': 'Suomi' })
  const named = await describe({ [type]: { [name]: 'Plain', display_name: 'Chosen' } })
  expect(named.ui_infos[type]).toEqual({ display_name: 'Chosen' })
})

test('omits values that cannot be displayed: wrong types and long values', async () => {
  const { ui_infos, entity_types } = await describe({
    openid_provider: {
      display_name: 7,
      keywords: 'one',
      logo_uri: `data:,${'x'.repeat(5_000)}`,
      description: '',
    },
    [`type-${'x'.repeat(300)}`]: {},
  })
  expect(ui_infos).toEqual({})
  expect(entity_types).toEqual(['openid_provider'])
})

test('parses its own record unchanged, and the valid parts of a foreign record', async () => {
  const record = await describe({ federation_entity: { organization_name: 'A' } })
  expect(parseCollectionRecord(id, formatCollectionRecord(record))).toEqual(record)
  const empty = { entity_id: id, entity_types: [], ui_infos: {}, trust_marks: [] }
  for (const text of ['', '7', '[]', '{"entity_types":7,"ui_infos":{"a":7},"trust_marks":[7]}']) {
    expect(parseCollectionRecord(id, text)).toMatchObject(empty)
  }
})
