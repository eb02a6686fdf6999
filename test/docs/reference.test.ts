/** Tests docs/reference/: it is as printed, and has everything of the schema and the command line exactly once. */
import { readFile } from 'node:fs/promises'
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { ApiCommand } from '#server/cli/api/command.ts'
import { loadProgram } from '#server/cli/program.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { root } from './document.ts'
import { findAccess } from './reference/access.ts'
import { commonPage, pageOf } from './reference/page.ts'
import { findPlaces } from './reference/places.ts'
import { readPlaces } from './reference/reference.ts'
import { readOperations } from './reference/rest-page.ts'
import { printSchemaPage } from './reference/schema-page.ts'
import { printedDocuments } from './write.ts'

const documents = inFile(printedDocuments)

test('the documents are as printed; `npm run docs` writes them', async () => {
  for (const [path, text] of documents) expect(await readFile(root(path), 'utf8'), path).toBe(text)
})

/** The headings of all pages. */
const headings = () =>
  [...documents].flatMap(([path, text]) =>
    path.includes('/reference/') ? [...text.matchAll(/^#{3,4} (.+)$/gm)].map(([, name = '']) => name) : [],
  )

describe('each name is on exactly one page:', () => {
  test('queries, mutations and subscriptions', async () => {
    const { roots } = await readPlaces()
    const names = roots.map((each) => `${each.root}.${each.field.name}`)
    expect(names.length).toBeGreaterThan(100)
    const printed = headings().filter((name) => /^(Query|Mutation|Subscription)\./.test(name))
    expect(printed.sort()).toEqual(names.sort())
  })

  test('types, of which the generated ones stand with their field', async () => {
    const { types, isGenerated } = await readPlaces()
    const printed = headings().filter((name) => /^\w+$/.test(name))
    const names = types.map(({ name }) => name)
    expect(printed.sort()).toEqual(names.filter((name) => !isGenerated(name)).sort())
    const generated = names.filter(isGenerated)
    expect(generated.length).toBeGreaterThan(100)
    expect(generated.filter((name) => !/(Result|Success|Connection|Edge)$/.test(name))).toEqual([])
  })

  test('operations of the REST API', async () => {
    const operations = await readOperations()
    const names = operations.map(({ method, path }) => `${method} /api/v1${path}`)
    expect(names.length).toBeGreaterThan(18)
    const printed = headings().filter((name) => name.includes('/api/v1/'))
    expect(printed.map((name) => name.split('?')[0]).sort()).toEqual(names.sort())
  })

  test('commands', async () => {
    const { commands } = await loadProgram()
    const printed = headings().filter((name) => name.startsWith('inmor '))
    expect(printed).toEqual(
      commands.flatMap((command) => [
        `inmor ${command.name()}`,
        ...command.commands
          .filter((each) => !(each instanceof ApiCommand))
          .map((each) => `inmor ${command.name()} ${each.name()}`),
      ]),
    )
    const page = [...documents].find(([path]) => path.endsWith('/reference/cli.md'))?.[1] ?? ''
    for (const command of commands) {
      const [, part = ''] = page.split(`\n### inmor ${command.name()}\n`)
      const ofApi = command.commands.filter((each) => each instanceof ApiCommand)
      for (const each of ofApi) expect(part).toMatch(RegExp(`^\\| \`${each.name()}[\` ]`, 'm'))
    }
  })
})

test('a type without a noun is on the common page, and a new folder needs a page', () => {
  expect(pageOf('DateTime', new Map())).toBe(commonPage)
  const definitions = new Map([['Ship', 'harbour/ship']])
  expect(() => pageOf('Ship', definitions)).toThrow(/server\/schema\/harbour has no page/)
})

test('a mutation shows its input, result and errors; deprecation and defaults are said', () => {
  const schema = buildSchema(`
    type Query { old(first: Int = 20): String @deprecated(reason: "Use | new.") "New <b> and \`a|b\`." new(filter: Filter): [Kind!]! }
    type Mutation { "Builds a house." build(input: BuildInput!): BuildResult! }
    input BuildInput { "The number of floors." floors: Int! = 2 filter: Filter }
    input Filter { "Any text." text: String }
    enum Kind { "A small one." HUT OLD @deprecated(reason: "Unsafe.") }
    type House { floors("In metres." height: Int): Int! }
    type BuildSuccess { data: House! }
    interface Failure { message: String! }
    type TooHigh implements Failure { message: String! }
    union BuildResult = BuildSuccess | TooHigh
  `)
  const access = (name: string) => (name === 'Mutation.build' ? 'Needs a spade.' : '')
  const text = printSchemaPage(commonPage, { places: findPlaces(schema, new Map()), access })
  const lines = text.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      '**Deprecated:** Use | new. ',
      'old(first: Int = 20): String',
      'New \\<b\\> and `a|b`.',
      'Needs a spade.',
      'build(input: BuildInput!): BuildResult!',
      '- Result: `BuildSuccess` with `data` ([`House!`](#house)).',
      '- Errors: [`TooHigh`](#toohigh).',
      '#### BuildInput',
      '| `floors` | [`Int!`](#int) | The number of floors. Default: `2`. |',
      '### Filter',
      '| `OLD` | **Deprecated:** Unsafe.  |',
      '| `floors` | [`Int!`](#int) | `height` ([`Int`](#int)): In metres. |',
      'Implemented by [`TooHigh`](#toohigh).',
    ]),
  )
  expect(text).not.toContain('### MutationBuild')
})

describe('what an operation needs', () => {
  const schema = buildSchema('type Query { house: House } type House { floors: Int }')
  const house = schema.getQueryType()?.getFields().house
  const needed = (authScopes: unknown, ofInstallation = false) => {
    if (house) house.extensions = { ofInstallation, pothosOptions: { authScopes } }
    return findAccess(schema)('Query.house')
  }

  test.each([
    [{ anyone: true }, false, 'Needs no sign-in.'],
    [{ operate: true }, false, 'Needs the role operator.'],
    [{ administer: true }, true, 'Needs the role admin in the installation.'],
    [{ known: true }, true, 'Needs a role in the installation or in any anchor.'],
    [
      { read: true, member: true },
      false,
      'Needs the role viewer, or the session of a user who acts for an organization.',
    ],
    [
      { $all: { ownAccount: true, operateAnywhere: true } },
      true,
      'Needs a session, which an API key does not have, and the role operator in the installation or in any anchor.',
    ],
    [undefined, false, ''],
  ])('%j', (scopes, ofInstallation, sentence) => {
    expect(needed(scopes, ofInstallation)).toBe(sentence)
  })

  test('a new scope or rule needs words', () => {
    expect(() => needed({ haunt: true })).toThrow('does not know haunt')
    expect(() => needed(() => true)).toThrow('does not know Query.house')
  })
})
