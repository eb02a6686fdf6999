/** Tests the table of the command line: it is that of the schema, and each operation has one command. */
import { readFile } from 'node:fs/promises'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { slotsOf } from '#server/cli/api/options.ts'
import { table } from '#server/cli/api/table.ts'
import { buildTable } from '#server/cli/table/build.ts'
import { exceptions, ownAccount } from '#server/cli/table/names.ts'
import { printedTable } from '#server/cli/table/print.ts'
import { schema } from '#server/schema/index.ts'

const rowOf = (noun: string, verb: string) => table.rows.find((row) => row.noun === noun && row.verb === verb)

test('is the one of the schema: run npm run print:schema', async () => {
  const committed = await readFile(new URL('../../server/cli/api/table.json', import.meta.url), 'utf8')
  expect(printedTable()).toBe(committed)
})

test('each command is once there, and each mutation has one, but those of one’s own account', () => {
  const names = table.rows.map(({ noun, verb }) => `${noun} ${verb}`)
  expect(names).toEqual([...new Set(names)])
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})
  const commands = table.rows.flatMap((row) => (row.kind === 'do' ? [row.field] : []))
  // They take files, so the command has a file of its own.
  commands.push('applyConfiguration', 'applyPlan')
  expect([...commands, ...ownAccount].sort()).toEqual([...mutations].sort())
})

test('the exceptions of names are about fields that exist', () => {
  const fields = [schema.getMutationType(), schema.getQueryType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  )
  for (const name of [...Object.keys(exceptions), ...ownAccount]) expect(fields).toContain(name)
})

test.each([
  ['subordinate', 'register', 'registerSubordinate'],
  ['mark', 'issue', 'issueTrustMark'],
  ['mark-type', 'create', 'createTrustMarkType'],
  ['apikey', 'revoke', 'revokeApiKey'],
  ['approval', 'approve', 'approve'],
  ['settings', 'set', 'updateTrustAnchor'],
  ['mark', 'reissue', 'reissueTrustMarks'],
  ['rollover', 'show', 'signingKeys'],
  ['webhook', 'list', 'webhooks'],
  ['subordinate', 'export', 'subordinates'],
])('%s %s is %s', (noun, verb, field) => {
  expect(rowOf(noun, verb)).toMatchObject({ field })
})

test('a word names what a command is about, and no option has the name of another', () => {
  for (const row of table.rows) {
    const names = slotsOf(row).map(({ path }) => path.join('.'))
    expect(names).toEqual([...new Set(names)])
  }
  const about = (noun: string, verb: string) => {
    const row = rowOf(noun, verb) ?? expect.unreachable()
    return slotsOf(row).flatMap(({ isPositional, field }) => (isPositional ? [field.name] : []))
  }
  expect(about('subordinate', 'renew')).toEqual(['id'])
  expect(about('keys', 'retire')).toEqual(['kid'])
  expect(about('anchor', 'pause')).toEqual(['anchor'])
  expect(about('entity', 'inspect')).toEqual(['entityId'])
  expect(about('subordinate', 'register')).toEqual([])
})

test('a new noun needs no line of its own, and a column that is gone is refused', () => {
  const text = (name: string) => `
    interface Node { id: ID! }
    type Query { ${name}s(first: Int, after: String): ${name}Connection! }
    type ${name}Connection { nodes: [${name}!]! }
    type ${name} implements Node { id: ID! name: String! }
    type Mutation { bend${name}(input: BendInput!): BendResult! }
    input BendInput { id: ID! shape: Shape!, at: Int = 3 }
    enum Shape { ROUND, FLAT }
    union BendResult = BendSuccess
    type BendSuccess { spoon: ${name}! }`
  const { rows, inputs, enums, types } = buildTable(buildSchema(text('BigSpoon')))
  expect(rows.slice(0, 3)).toMatchObject([
    { noun: 'big-spoon', verb: 'list', kind: 'list', args: [] },
    { noun: 'big-spoon', verb: 'show', kind: 'node' },
    { noun: 'big-spoon', verb: 'bend', kind: 'do', success: { spoon: 'BigSpoon' } },
  ])
  expect(inputs.BendInput?.map(({ name, hasDefault = false }) => [name, hasDefault])).toEqual([
    ['id', false],
    ['shape', false],
    ['at', true],
  ])
  expect(enums).toEqual({ Shape: ['ROUND', 'FLAT'] })
  expect(types).toEqual({ BigSpoon: { columns: ['id', 'name'], full: 'id name', plain: 'id name' } })
  expect(() => buildTable(buildSchema(text('Webhook')))).toThrow('Webhook has no url, which is a column.')
})
