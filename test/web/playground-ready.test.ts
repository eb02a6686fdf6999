/** Tests the ready operations of the playground: those of the documents, and valid for the schema. */
import { readdirSync, readFileSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { readCommands, readExample, readReadyOperations } from '../../web/vite/ready-operations.ts'

const root = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const schema = buildSchema(root('schema.graphql'))
const operations = readReadyOperations()

test('has every GraphQL call of docs/api.md, and every document of the examples', () => {
  const calls = root('docs/api.md').match(/^curl .*\/graphql /gm) ?? []
  const examples = readdirSync(new URL('../../docs/examples/documents', import.meta.url))
  expect(calls.length).toBeGreaterThan(10)
  expect(examples.length).toBeGreaterThan(10)
  expect(operations).toHaveLength(calls.length + examples.length)
})

test('gives an example the variables that it needs', () => {
  const text = `# Starts it.
mutation Start($kind: RenewalKind!, $input: RegisterSubordinateInput!, $first: Int!, $after: String, $last: Int! = 3) {
  startRenewal(kind: $kind) { __typename }
}`
  const { variables, description } = readExample(text, schema)
  expect(description).toBe('Starts it.')
  expect(JSON.parse(variables)).toEqual({ kind: 'SUBORDINATES', input: { entityId: '' }, first: 1 })
})

test.each(operations)('$description is valid, and described by a short sentence', (operation) => {
  const { query, variables, description } = operation
  expect(validate(schema, parse(query))).toEqual([])
  expect(description).toMatch(/^[A-Z].{5,120}\.$/)
  if (variables) expect(JSON.parse(variables)).toEqual(expect.any(Object))
})

test('reads queries with quotes and variables, and the sentence before the block', () => {
  const markdown = `# Title

The first sentence. See [the second](other.md#place), with \`code\`
in two lines:

\`\`\`sh
curl https://admin.example.org/graphql -H "X-API-Key: $KEY" -d '{
  "query": "query ($a: ID!) { b(c: \\"it'\\''s\\", d: $a) }",
  "variables": {"a": {"e": [1]}}
}'
curl https://admin.example.org/api/v1/x -d '{"no": "query"}'
\`\`\`
`
  expect(readCommands(markdown)).toEqual([
    {
      query: 'query ($a: ID!) {\n  b(c: "it\'s", d: $a)\n}',
      variables: '{\n  "a": {\n    "e": [\n      1\n    ]\n  }\n}',
      description: 'See the second, with code in two lines.',
    },
  ])
})
