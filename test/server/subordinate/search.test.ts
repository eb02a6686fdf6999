/** Tests the search of subordinates: words in any order, over identifier, names, organizations and contacts. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const later = new Date(Date.now() + 3_600_000)
const row = (entityId: string, displayName: string | null, metadata: object) => ({
  entityId,
  displayName,
  metadata,
  jwks: { keys: [] },
  entityConfiguration: 'a.b.c',
  entityConfigurationExpiresAt: later,
  lastCheckedAt: new Date(),
})

const LIBRARY = 'https://library.example.org'
const MUSEUM = 'https://museum.example.org/100%_art'

const admin = adminInFile()
beforeAll(async () => {
  const library = {
    openid_provider: { 'organization_name#fr': 'Bibliothèque du Nord', contacts: ['desk@library.example'] },
    federation_entity: { organization_name: 'Northern Library Association', contacts: 'not a list' },
    broken: 'no parameters',
  }
  await admin.server.db.subordinate.createMany({
    data: [
      row(LIBRARY, 'Reading room', library),
      row(MUSEUM, null, {
        openid_relying_party: { client_name: 'Art collection', logo_uri: 'https://x.example' },
      }),
    ],
  })
})

async function found(search: string): Promise<string[]> {
  const document = `query ($search: String!) {
    subordinates(filter: { search: $search }) { totalCount edges { node { entityId } } } }`
  const { data } = await admin.execute(document, { search })
  const ids = data.subordinates.edges.map(({ node }: { node: { entityId: string } }) => node.entityId)
  expect(data.subordinates.totalCount).toBe(ids.length)
  return ids
}

it.each([
  ['the display name', 'reading', [LIBRARY]],
  ['words of several fields in any order', '  ROOM association library.example.org', [LIBRARY]],
  ['an organization in another language', 'bibliothèque', [LIBRARY]],
  ['an organization in capital letters', 'BIBLIOTHÈQUE', [LIBRARY]],
  ['a contact', 'desk@library', [LIBRARY]],
  ['the name of another Entity Type', 'collection art', [MUSEUM]],
  ['a wildcard, literally', '100%_', [MUSEUM]],
  ['what all have', 'example.org', [LIBRARY, MUSEUM]],
  ['no other metadata', 'x.example', []],
  ['all words, not one of them', 'reading museum', []],
])('finds by %s', async (_what, search, ids) => {
  expect(await found(search)).toEqual(ids)
})

it('follows a change of the metadata', async () => {
  const metadata = { openid_relying_party: { client_name: 'Sculptures' } }
  await admin.server.db.subordinate.update({ where: { entityId: MUSEUM }, data: { metadata } })
  expect(await found('sculptures')).toEqual([MUSEUM])
  expect(await found('art collection')).toEqual([])
})

it('takes at most 16 words', async () => {
  const search = Array.from({ length: 17 }, (_, index) => `word${index}`).join(' ')
  const { errors } = await admin.execute(`{ subordinates(filter: { search: "${search}" }) { totalCount } }`)
  expect(errors?.map(({ message }) => message)).toEqual(['search must have at most 16 words.'])
})
