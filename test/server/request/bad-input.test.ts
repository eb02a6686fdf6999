/** Tests invalid input of scripts: each is refused with a code and, if one field is invalid, its path. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const base64 = (text: string) => Buffer.from(text).toString('base64')

it.each([
  ['rubbish', 'rubbish'],
  ['a key that is no number', base64('Subordinate:x')],
  ['a key beyond every number', base64('TrustMark:99999999999')],
  ['a negative key', base64('Run:-1')],
  ['no key', base64('AuditEvent:')],
  ['a key with a NUL', base64('User:\0')],
])('refuses as the id of a node: %s', async (_title, id) => {
  const { data, errors } = await admin.execute('query ($id: ID!) { node(id: $id) { id } }', { id })
  expect(data).toEqual({ node: null })
  expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })])
})

it.each([
  'Nothing:1',
  'constructor:1',
  '__proto__:1',
  'toString:x',
  'PageInfo:1',
  'Query:1',
  'JSON:1',
  'Node:1',
])('finds nothing under the id of a type without ids: %s', async (text) => {
  const id = base64(text)
  expect(await admin.execute('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
    data: { node: null },
  })
  const { id: run } = await admin.server.db.run.create({
    data: { kind: 'SUBORDINATES', state: 'SUCCEEDED', startedBy: 'admin', endedAt: new Date() },
  })
  const known = base64(`Run:${run}`)
  const ids = [id, known, id]
  expect(await admin.execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toEqual({
    data: { nodes: [null, { id: known }, null] },
  })
  await admin.server.db.run.delete({ where: { id: run } })
})

it.each([
  ['Subordinate:1', 'TrustMark:2147483647'],
  ['User:unknown', 'Run:1'],
])('finds nothing under ids that could be some: %s, %s', async (...ids) => {
  const answer = await admin.execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    ids: ids.map(base64),
  })
  expect(answer).toEqual({ data: { nodes: [null, null] } })
})

it('limits the number of ids and the length of a search', async () => {
  const ids = Array.from({ length: 101 }, () => base64('Subordinate:1'))
  const many = await admin.execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })
  expect(many.errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })])
  const search = 'x'.repeat(2049)
  for (const list of ['subordinates', 'trustMarks', 'trustMarkTypes', 'users', 'apiKeys']) {
    const { errors } = await admin.execute(`{ ${list}(filter: { search: "${search}" }) { totalCount } }`)
    const message = 'search must have at most 2048 characters.'
    const extensions = { code: 'INVALID_INPUT', path: ['filter', 'search'] }
    expect(errors?.[0]).toMatchObject({ message, extensions })
  }
})

it.each([
  'https:example.org',
  'https:///example.org',
  'https://a b.example',
  'https://user@a.example',
  'ftp://a.example',
])('refuses %s as a URL', async (type) => {
  const { errors, data } = await admin.execute('query ($type: URL!) { trustMarkType(type: $type) { id } }', {
    type,
  })
  expect(data).toBeUndefined()
  expect(errors?.[0]?.message).toMatch(/not an http or https URL/)
})

it('refuses an invalid cursor of a nested list', async () => {
  await admin.server.db.run.create({
    data: { kind: 'SUBORDINATES', state: 'SUCCEEDED', startedBy: 'admin', endedAt: new Date() },
  })
  const after = base64('GPC:N:4711')
  const document = `query ($after: String) {
    runs { edges { node { items(after: $after) { edges { node { id } } } } } } }`
  const { errors } = await admin.execute(document, { after })
  expect(errors).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('cursor'),
      extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
    }),
  ])
})

it.each([
  [
    'keys that are private',
    `{ inspectEntity(entityId: "https://rp.example.org", jwks: {keys: [{kty: "oct", k: "AA", kid: "1"}]}) { acceptable } }`,
    ['jwks', 'keys', '0'],
  ],
  ['a policy that is none', '{ previewMetadataPolicy(policy: []) { failing } }', ['policy']],
])('names the argument of a query at fault: %s', async (_title, document, path) => {
  const { errors } = await admin.execute(document)
  expect(errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'INVALID_INPUT', path }) }),
  ])
})
