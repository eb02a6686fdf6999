// @vitest-environment happy-dom
/** Tests the documentation of the playground with the real schema: entries, search, and the field under the cursor. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EditorView } from 'codemirror'
import { buildSchema, introspectionFromSchema } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { describe, findNames, rootNames } from '#lib/playground/documentation.ts'
import { createQueryEditor } from '#lib/playground/editor.ts'
import { schemaOf } from '#lib/playground/schema.ts'

const printed = readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8')
const schema = schemaOf(introspectionFromSchema(buildSchema(printed), { inputValueDeprecation: true }))

test('describes a field with its type and arguments', () => {
  const entry = describe(schema, 'Query.subordinates')
  expect(entry).toMatchObject({ kind: 'Field', type: 'SubordinateConnection!' })
  expect(entry?.typeName).toBe('SubordinateConnection')
  expect(entry?.description).toMatch(/\w/)
  const [group] = entry?.groups ?? []
  expect(group?.heading).toBe('Arguments')
  expect(group?.members.find(({ label }) => label === 'filter')).toMatchObject({
    type: 'SubordinateFilter',
    typeName: 'SubordinateFilter',
  })
})

test.each([
  [
    'Subordinate',
    'Type',
    'Fields',
    { label: 'state', opens: 'Subordinate.state', typeName: 'SubordinateState' },
  ],
  ['SubordinateState', 'Enum', 'Values', { label: 'ACTIVE', type: '', typeName: undefined }],
  ['SubordinateFilter', 'Input', 'Fields', { label: 'state', opens: undefined }],
  ['RegisterSubordinateResult', 'Union', 'Possible types', { opens: 'EntityRejectedError' }],
  ['Error', 'Interface', 'Possible types', { opens: 'ConflictError' }],
  ['ConflictError', 'Type', 'Implements', { opens: 'Error' }],
])('describes %s as %s with %s', (name, kind, heading, member) => {
  const entry = describe(schema, name)
  expect(entry).toMatchObject({ name, kind, type: undefined, typeName: undefined })
  const group = entry?.groups.find((each) => each.heading === heading)
  expect(group?.members).toEqual(expect.arrayContaining([expect.objectContaining(member)]))
})

test('gives the reason of a deprecation', () => {
  const old = buildSchema(
    'type Query { a(b: Int @deprecated(reason: "Use c.")): Int @deprecated(reason: "Use d.") }',
  )
  const entry = describe(old, 'Query.a')
  expect(entry?.deprecated).toBe('Use d.')
  expect(entry?.groups[0]?.members[0]?.deprecated).toBe('Use c.')
})

test.each(['Nothing', 'Subordinate.nothing', 'SubordinateState.ACTIVE', 'Subordinate.toString', ''])(
  'has no entry for %j',
  (name) => expect(describe(schema, name)).toBeUndefined(),
)

test('finds types and fields by a part of the name, whole names first', () => {
  expect(rootNames(schema)).toEqual(['Query', 'Mutation', 'Subscription'])
  expect(findNames(schema, ' subordinate ')[0]).toBe('Subordinate')
  expect(findNames(schema, 'registersub')).toContain('Mutation.registerSubordinate')
  expect(findNames(schema, 'query.subord')[0]).toBe('Query.subordinate')
  expect(findNames(schema, 'id', 7)).toHaveLength(7)
  expect(findNames(schema, 'no such name')).toEqual([])
  expect(findNames(schema, '  ')).toEqual([])
})

const hosts: HTMLElement[] = []
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove()
})

/** The name that the editor reports when the cursor is put at the bar in the text. */
function nameAt(marked: string): string | undefined {
  const host = document.createElement('div')
  document.body.append(host)
  hosts.push(host)
  const names: (string | undefined)[] = []
  const editor = createQueryEditor(host, {
    text: marked.replace('|', ''),
    label: 'test',
    changed: () => {},
    moved: (_offset, name) => names.push(name),
  })
  editor.follow(schema)
  const shown = host.shadowRoot?.querySelector<HTMLElement>('.cm-editor')
  const view = shown && EditorView.findFromDOM(shown)
  // From another place, so that it moves.
  const anchor = marked.indexOf('|')
  view?.dispatch({ selection: { anchor: anchor === 0 ? 1 : 0 } })
  view?.dispatch({ selection: { anchor } })
  editor.destroy()
  return names.at(-1)
}

test.each([
  ['{ view|er { username } }', 'Query.viewer'],
  ['{ viewer { username| } }', 'Viewer.username'],
  ['{ viewer { |username } }', 'Viewer.username'],
  ['{ other: viewer { username } subordinates { edges { node { st|ate } } } }', 'Subordinate.state'],
  [
    'mutation { register|Subordinate(input: { entityId: "x" }) { __typename } }',
    'Mutation.registerSubordinate',
  ],
  ['mutation { registerSubordinate(input: { entity|Id: "x" }) }', 'Mutation.registerSubordinate'],
  ['mutation { registerSubordinate(input: 1) { ... on Error { mess|age } } }', 'Error.message'],
  ['mutation { registerSubordinate(input: 1) { ... on Err|or { message } } }', 'Error'],
  ['query ($f: Subordinate|Filter!) { viewer { username } }', 'SubordinateFilter'],
  ['fragment F on Subordinate { enti|tyId }', 'Subordinate.entityId'],
  ['subscription { publication|Changed { __typename } }', 'Subscription.publicationChanged'],
  // Not complete.
  ['{ viewer { user|name', 'Viewer.username'],
  ['{ subordinates(first: 5) { edges { node { state| ', 'Subordinate.state'],
])('in %s it is %s', (marked, name) => expect(nameAt(marked)).toBe(name))

test.each([
  '{ no|thing { username } }',
  '{ viewer { noth|ing } }',
  '|# a comment\n{ viewer }',
  '{ nothing { a| } }',
])('in %s there is none', (marked) => expect(nameAt(marked)).toBeUndefined())
