/** Tests the documents of the examples against the schema, and what is generated from them. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { expect, test } from 'vitest'
import { runCommand } from '#test/helpers/program.ts'
import config from '../../docs/examples/codegen/config.ts'
import { generate } from '../../web/codegen/generate.ts'
import { examplesIn, folder, languages, names } from './example.ts'

const root = folder('../../')
const sdl = parse(readFileSync(`${root}schema.graphql`, 'utf8'))
const schema = buildASTSchema(sdl, { assumeValid: true })

/** File -> document. */
const documents = new Map(
  readdirSync(folder('documents')).map((file) => [
    file,
    parse(readFileSync(folder(`documents/${file}`), 'utf8'), { noLocation: true }),
  ]),
)

const faultsOf = (document: DocumentNode, against = schema) =>
  validate(against, document).map(({ message }) => message)

test.each([...documents])('docs/examples/documents/%s fits the schema', (_file, document) => {
  expect(faultsOf(document)).toEqual([])
})

/** The files of documents that no longer fit. */
function broken(changed: GraphQLSchema): string[] {
  return [...documents].filter(([, document]) => faultsOf(document, changed).length > 0).map(([file]) => file)
}

/** Fields of the schema, as `Type.field` -> the files of documents that select them. */
function usedFields(): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>()
  for (const [file, document] of documents) {
    const info = new TypeInfo(schema)
    const Field = () => {
      const name = `${info.getParentType()?.name}.${info.getFieldDef()?.name}`
      if (!name.endsWith('.__typename')) used.set(name, (used.get(name) ?? new Set()).add(file))
    }
    visit(document, visitWithTypeInfo(info, { Field }))
  }
  return used
}

/** The schema without a field. */
function without(coordinate: string): GraphQLSchema {
  const [type, field] = coordinate.split('.')
  const definitions = sdl.definitions.map((definition) =>
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) &&
    definition.name.value === type
      ? { ...definition, fields: definition.fields?.filter(({ name }) => name.value !== field) ?? [] }
      : definition,
  )
  return buildASTSchema({ ...sdl, definitions }, { assumeValid: true })
}

test('a field that the schema loses breaks exactly the documents that select it', () => {
  const used = usedFields()
  expect(used.get('Query.subordinates')).toEqual(new Set(['members.graphql']))
  expect(used.size).toBeGreaterThan(60)
  for (const [coordinate, files] of used) expect(broken(without(coordinate)), coordinate).toEqual([...files])
})

test('the operations are as generated; `npm run examples` writes them', async () => {
  const made = await generate(config, root)
  expect(made).toHaveLength(2)
  for (const { filename, content } of made) expect(readFileSync(filename, 'utf8'), filename).toBe(content)
})

test.each(languages)('each document is used in %s, and no other', (language) => {
  const path = folder(language.toLowerCase())
  const code = readdirSync(path)
    .filter((file) => !/^(inmor|operations)\.|^__/.test(file))
    .map((file) => readFileSync(`${path}/${file}`, 'utf8'))
    .join('\n')
  const calls = /inmor\.(?:query|mutate|pages|subscribe)\((\w+)/g
  const used = code.matchAll(
    language === 'curl' ? /(?:inmor_(?:query|mutate|events)|step) ([a-z-]+) ["']/g : calls,
  )
  const all =
    language === 'Python'
      ? [...readFileSync(`${path}/operations.py`, 'utf8').matchAll(/^([A-Z_]+): /gm)].map(
          ([, name = '']) => name,
        )
      : [...documents.keys()].map((file) => file.replace('.graphql', ''))
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, '')
  expect([...new Set([...used].map(([, name = '']) => plain(name)))].sort()).toEqual(all.map(plain).sort())
})

test('Python has queries and lists too, with their types', async () => {
  const file = 'docs/examples/python/operations.py'
  const documents = ['docs/examples/documents/{members,signing-keys}.graphql']
  const [made] = await generate(
    { ...config, generates: { [file]: { ...config.generates[file], documents } } },
    root,
  )
  expect(made?.content).toContain('\nfrom inmor import Connection, Query\n')
  expect(made?.content).toMatch(
    /^MEMBERS: Connection\[MembersVariables, Members, Members\w+EdgesNode\] = Connection\($/m,
  )
  expect(made?.content).toMatch(/^SIGNING_KEYS: Query\[SigningKeysVariables, SigningKeys\] = Query\($/m)
})

test.each(languages)('the examples exist in %s', (language) => {
  expect(examplesIn(language)).toEqual(language === 'Python' ? ['first-script'] : names)
})

test('the client imports nothing, and an example only that and parts of Node', () => {
  const importsOf = (file: string) =>
    [...readFileSync(folder(`typescript/${file}`), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, from]) => from,
    )
  expect(importsOf('inmor.ts')).toEqual([])
  for (const name of names)
    for (const from of importsOf(`${name}.ts`)) expect(from).toMatch(/^(node:|\.\/(inmor|operations)\.ts$)/)
})

test('Python’s types are strict', async () => {
  const pyright = fileURLToPath(import.meta.resolve('pyright/index.js'))
  const program = runCommand(process.execPath, [pyright, '--project', folder('python')])
  expect((await program.ended).code, program.output()).toBe(0)
})
