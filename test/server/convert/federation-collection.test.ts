/** `inmor convert federation` of an anchor whose list asks clients to authenticate: its collection says whom to ask about. */
import { expect, test } from 'vitest'
import { answer } from '#test/helpers/fault.ts'
import { type BareAnchor, sendJson, serveBareAnchor } from './bare-anchor.ts'
import { convertToJson, refusalOf } from './convert.ts'

const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example']

/** Without a list for anyone, and with two pages of a collection. */
function serveCollection(anchor: BareAnchor, next: 'next' | 'next_entity_id' = 'next', last?: string): void {
  anchor.entity = {
    ...anchor.entity,
    federation_list_endpoint_auth_methods: ['private_key_jwt'],
    federation_collection_endpoint: `${anchor.id}/collection`,
  }
  const parameter = next === 'next' ? 'from' : 'from_entity_id'
  anchor.answers['/collection'] = (response, url) => {
    const isSecond = url.searchParams.has(parameter)
    const ids = isSecond ? [b, c] : [anchor.id, a]
    const entities = ids.map((entity_id) => ({ entity_id }))
    sendJson(response, { entities, ...(isSecond ? { [next]: last } : { [next]: 'two' }) })
  }
}

test.for(['next', 'next_entity_id'] as const)(
  'the collection stands for a list that asks for clients (%s)',
  async (next) => {
    const anchor = await serveBareAnchor()
    serveCollection(anchor, next)
    const { document } = await convertToJson('federation', anchor.id)
    expect(document.members).toMatchObject([{ entityId: a }, { entityId: b }, { entityId: c }])
    expect(anchor.requests).not.toContain('/list')
  },
)

test('entities of the collection that are further below are no members', async () => {
  const anchor = await serveBareAnchor()
  serveCollection(anchor)
  anchor.answers['/fetch'] = (response) => answer(response, '{}', 'application/json', 404)
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.members).toBeUndefined()
  expect(document.metadataPolicy).toBeUndefined()
})

test('pages of a collection that go in circles end', async () => {
  const anchor = await serveBareAnchor()
  serveCollection(anchor, 'next', 'two')
  expect(await refusalOf('federation', anchor.id)).toMatch(/\/collection\?from=two is its own next page\.\n$/)
  anchor.answers['/collection'] = (response) => sendJson(response, [a])
  expect(await refusalOf('federation', anchor.id)).toMatch(
    /\/collection returned something else than a page of entities\.\n$/,
  )
})
