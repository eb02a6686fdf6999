/** Tests that each code which programs can meet is in `ErrorCode`, which the reference prints and the promise compares. */
import { isEnumType } from 'graphql'
import { expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const type = schema.getType('ErrorCode')
const known = isEnumType(type) ? type.getValues().map(({ name }) => name) : []

const ask = (query: string, further: object = {}) => JSON.stringify({ query, ...further })
const deep = (levels: number): string => (levels === 0 ? 'name' : `viewer { ${deep(levels - 1)} }`)
const reads = { 'x-api-key': 'viewer' }

it.each<[title: string, code: string, body: string, headers?: Record<string, string>]>([
  ['no caller', 'UNAUTHENTICATED', ask('{ subordinates { totalCount } }'), {}],
  ['too low a role', 'FORBIDDEN', ask('{ users { totalCount } }')],
  ['a fault of syntax', 'GRAPHQL_PARSE_FAILED', ask('{')],
  ['an unknown field', 'GRAPHQL_VALIDATION_FAILED', ask('{ nothing }')],
  ['a document that is too deep', 'BAD_USER_INPUT', ask(`{ ${deep(20)} }`)],
  ['a wrong value', 'INVALID_INPUT', ask('{ subordinates(first: "x") { totalCount } }')],
  ['a wrong cursor', 'BAD_USER_INPUT', ask('{ subordinates(after: "x") { totalCount } }')],
  [
    'no operation of that name',
    'OPERATION_RESOLUTION_FAILURE',
    ask('query a { viewer { name } }', { operationName: 'b' }),
  ],
  ['a body without a document', 'BAD_REQUEST', '{}'],
  [
    'a hash that is unknown',
    'PERSISTED_QUERY_NOT_IN_LIST',
    JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
  ],
  [
    'an Accept header for nothing',
    'NOT_ACCEPTABLE',
    ask('subscription { runsChanged { id } }'),
    { ...reads, accept: 'text/plain' },
  ],
])('has the code of %s', async (_title, code, body, headers = reads) => {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-graphql-yoga-csrf': '1',
      ...headers,
      ...(headers['x-api-key'] ? { 'x-api-key': admin.keys.viewer } : {}),
    },
  })
  const text = await response.text()
  const errors = JSON.parse(text).errors
  expect(
    errors?.map(({ extensions }: { extensions?: { code?: string } }) => extensions?.code),
    text,
  ).toContain(code)
  expect(known).toContain(code)
})
