/** Tests that input which cannot be stored or published is refused with its place, before anything is done. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

/** As text, because neither JSON.stringify nor a fixture can write all of it. */
async function post(path: string, body: string): Promise<{ status: number; body: unknown }> {
  const headers = {
    'content-type': 'application/json',
    'x-api-key': admin.keys.operator,
    origin: admin.adminUrl,
  }
  const response = await fetch(admin.adminUrl + path, { method: 'POST', body, headers })
  return { status: response.status, body: await response.json() }
}

const deep = '['.repeat(100_000) + ']'.repeat(100_000)

const faults: [what: string, json: string, place: string[], finding: string][] = [
  ['100,000 levels', `{"a": ${deep}}`, [], 'is nested deeper than 32 levels'],
  [
    'a NUL',
    '{"a": [{"b": "\\u0000"}]}',
    ['a', '0', 'b'],
    'contains a NUL character or half of a surrogate pair',
  ],
  [
    'half of a surrogate pair',
    '{"a": "\\ud800"}',
    ['a'],
    'contains a NUL character or half of a surrogate pair',
  ],
  [
    'a NUL in a name',
    '{"a\\u0000": 1}',
    [],
    'has a name that contains a NUL character or half of a surrogate pair',
  ],
  ['__proto__', '{"__proto__": {"a": 1}}', [], 'has the name "__proto__", which is not allowed'],
  [
    'a prototype',
    '{"constructor": {"prototype": 1}}',
    [],
    'has the name "constructor", which is not allowed',
  ],
]

it.for(faults)('names the variable with %s', async ([, json, place, finding]) => {
  for (const field of ['additionalClaims', 'metadataPolicy', 'jwks']) {
    const query = `mutation ($input: RegisterSubordinateInput!) { registerSubordinate(input: $input) { __typename } }`
    const variables = `{"input": {"entityId": "https://rp.example", "${field}": ${json}}}`
    const { body } = await post('/graphql', `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`)
    const path = ['input', field, ...place]
    expect(body).toEqual({
      errors: [{ message: expect.stringContaining(finding), extensions: { code: 'INVALID_INPUT', path } }],
    })
  }
})

it.for(faults)('answers 400 in REST for %s', async ([, json, , finding]) => {
  const body = `{"entityid": "https://rp.example", "metadata": ${json}, "forced_metadata": {}}`
  expect(await post('/api/v1/subordinates', body)).toEqual({
    status: 400,
    body: { id: 0, message: expect.stringMatching(RegExp(`^metadata.*${finding}\\.$`)) },
  })
})

it.for(faults)('answers 400 to a sign-in with %s', async ([, json, , finding]) => {
  expect(await post('/api/auth/sign-in/username', `{"username": ${json}, "password": "x"}`)).toEqual({
    status: 400,
    body: { code: 'INVALID_INPUT', message: expect.stringContaining(finding) },
  })
})

it('refuses a NUL in a search, in a document and in a query string', async () => {
  const search = 'query ($q: String) { subordinates(filter: {search: $q}) { totalCount } }'
  const { errors } = await admin.execute(search, { q: 'a\0' })
  const extensions = { code: 'INVALID_INPUT', path: ['filter', 'search'] }
  expect(errors?.[0]?.extensions).toEqual(extensions)
  const literal = await admin.execute('{ subordinates(filter: {search: "a\\u0000"}) { totalCount } }')
  expect(literal.errors?.[0]).toMatchObject({ message: errors?.[0]?.message, extensions })
  const response = await fetch(`${admin.adminUrl}/api/v1/auditlog?actor=%00`, {
    headers: { 'x-api-key': admin.keys.viewer },
  })
  expect(response.status).toBe(400)
})

it('refuses a deep value in a document', async () => {
  const value = '['.repeat(40) + ']'.repeat(40)
  const { errors } = await admin.execute(`{ previewMetadataPolicy(policy: {a: ${value}}) { failing } }`)
  const message = expect.stringContaining('is nested deeper than 32 levels.')
  expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'INVALID_INPUT', path: ['policy', 'a'] } })
})
