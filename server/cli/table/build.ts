/** Builds the table of the command line from the schema: operations, inputs, enums, and the types that they show. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'
import { getDatamodel } from '#prisma/generated/pothos-types.ts'
import type { Field, ObjectType, Row, Table } from '#server/cli/api/table.ts'
import {
  columnsOf,
  costly,
  hidden,
  keysOf,
  type Name,
  nameOfMutation,
  nameOfQuery,
  nounOfType,
  wordsOfType,
} from '#server/cli/table/names.ts'
import { ANCHOR } from '#server/schema/anchor-scope.ts'
import { isOfInstallation } from '#server/schema/global-id.ts'

type AnyField = GraphQLField<unknown, unknown>

/** The client sets the page, and names the anchor in a header. */
const pageArguments = ['first', 'after', 'last', 'before']
/** Lists of which `export` writes everything, and the mutation that makes the same objects of it. */
const exported: Readonly<Record<string, string>> = {
  Subordinate: 'registerSubordinate',
  TrustMark: 'issueTrustMark',
}

const ROLLOVER = {
  ...{ noun: 'rollover', verb: 'show' },
  describes: 'Shows the scheduled rollover of the signing key, and its next step.',
}

export function buildTable(schema: GraphQLSchema): Table {
  const inputs: Record<string, readonly Field[]> = {}
  const enums: Record<string, readonly string[]> = {}
  const types: Record<string, ObjectType> = {}

  function noteInput(type: unknown): void {
    if (isEnumType(type)) enums[type.name] = type.getValues().map(({ name }) => name)
    if (!isInputObjectType(type) || inputs[type.name]) return
    const fields = Object.values(type.getFields()).filter((field) => field.description !== ANCHOR)
    inputs[type.name] = fields.map(fieldOf)
    for (const field of fields) noteInput(getNamedType(field.type))
  }

  function fieldOf(field: GraphQLArgument | GraphQLInputField): Field {
    noteInput(getNamedType(field.type))
    return {
      name: field.name,
      type: String(field.type),
      describes: field.description ?? '',
      ...(field.default === undefined && field.defaultValue === undefined ? {} : { hasDefault: true }),
    }
  }

  /** The name of an object type, which commands show. */
  function noteType(type: unknown): string | null {
    if (!isObjectType(type)) return null
    types[type.name] ??= describeType(type)
    return type.name
  }

  const argsOf = ({ args }: AnyField, without: readonly string[] = []) =>
    args.filter(({ name, description }) => !without.includes(name) && description !== ANCHOR).map(fieldOf)

  function rowOf({ noun, verb }: Name, { name, description }: Pick<AnyField, 'name' | 'description'>) {
    const describes = (description ?? '').replace(', at most 100 per page', '')
    return { noun, verb, describes, field: name }
  }

  function mutationRow(field: AnyField): Row[] {
    const name = nameOfMutation(field.name)
    if (!name) return []
    const result = getNamedType(field.type)
    const success = isUnionType(result)
      ? result.getTypes().find((type) => type.name.endsWith('Success'))
      : undefined
    if (!success) throw new TypeError(`${field.name} has no success.`)
    const shown = Object.values(success.getFields()).map(
      (each) => [each.name, noteType(getNamedType(each.type))] as const,
    )
    const args = argsOf(field)
    const rejects =
      isUnionType(result) && result.getTypes().some(({ name }) => name === 'EntityRejectedError')
    const row: Row = { ...rowOf(name, field), kind: 'do', args, success: Object.fromEntries(shown) }
    return [rejects ? { ...row, rejects } : row]
  }

  function queryRow(field: AnyField): Row[] {
    const named = getNamedType(field.type)
    const nodes = isObjectType(named) && named.name.endsWith('Connection') ? named.getFields().nodes : null
    const type = nodes ? getNamedType(nodes.type) : named
    const isList = nodes !== null || isListType(getNullableType(field.type))
    const name = nameOfQuery(field.name, type.name, isList)
    if (!name) return []
    const shown = noteType(type) ?? ''
    const row = { ...rowOf(name, field), args: argsOf(field, nodes ? pageArguments : []), type: shown }
    if (field.name === 'signingKeys' && isObjectType(named)) {
      const typeOf = (inside: string) => noteType(getNamedType(named.getFields()[inside]?.type)) ?? ''
      const directory = 'Shows whether the key directory can be changed, and what is wrong with it.'
      return [
        { ...row, kind: 'all', type: typeOf('keys'), isList: true, inside: 'keys' },
        { ...row, verb: 'directory', describes: directory, kind: 'all' },
        { ...row, ...ROLLOVER, kind: 'all', type: typeOf('rollover'), inside: 'rollover' },
      ]
    }
    if (!nodes) return [{ ...row, kind: 'all', ...(isList ? { isList } : {}) }]
    const list: Row = { ...row, kind: 'list' }
    const mutation = schema.getMutationType()?.getFields()[exported[shown] ?? '']
    const input = getNamedType(mutation?.args[0]?.type)
    if (!mutation || !isInputObjectType(input) || !isObjectType(type)) return [list]
    const describes = `Writes all of them, a line of JSON for each, as ${nameOfMutation(mutation.name)?.verb} --from takes it.`
    const fields = Object.fromEntries(
      Object.keys(input.getFields()).flatMap((name) => {
        const path = pathOf(type, name)
        return path && name !== 'anchor' ? [[name, path]] : []
      }),
    )
    return [list, { ...row, verb: 'export', kind: 'export', describes, fields }]
  }

  /** An object of a type that a list shows, by its id. */
  function nodeRow({ name }: GraphQLObjectType): Row {
    const describes = `Shows one ${wordsOfType(name)}.`
    const args = [{ name: 'id', type: 'ID!', describes: idOf(name) }]
    return { noun: nounOfType(name), verb: 'show', describes, field: 'node', kind: 'node', args, type: name }
  }

  const queries = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(queryRow)
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(mutationRow)
  const listed = queries.flatMap((row) => (row.verb === 'list' && row.kind !== 'do' ? [row.type] : []))
  const nodes = [...new Set(listed)]
    .map((name) => schema.getType(name))
    .filter((type) => isObjectType(type) && isNode(type))
    .map((type) => nodeRow(type as GraphQLObjectType)) // as filtered
  const policy: Row = {
    ...{ noun: 'policy', verb: 'show', describes: 'Shows the federation policy.', field: 'trustAnchor' },
    ...{ kind: 'all', args: [], type: '', inside: 'metadataPolicy' },
  }
  const follow: Row = {
    ...{ noun: 'run', verb: 'follow', describes: 'Prints each item of a run until the run ends.' },
    ...{ field: 'runProgress', kind: 'follow', type: 'Run' },
    args: [{ name: 'id', type: 'ID!', describes: idOf('Run') }],
  }
  const others = queries.filter(
    ({ noun, verb }) => !nodes.some((node) => node.noun === noun && node.verb === verb),
  )
  const rows = [...others, policy, follow, ...nodes, ...mutations].toSorted((a, b) =>
    a.noun === b.noun ? order(a) - order(b) || (a.verb < b.verb ? -1 : 1) : a.noun < b.noun ? -1 : 1,
  )
  return { rows, inputs: sorted(inputs), enums: sorted(enums), types: sorted(types) }
}

const order = ({ verb }: Row) => ['list', 'show'].indexOf(verb) >>> 0
const sorted = <Value>(record: Record<string, Value>) =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node')

const idOf = (type: string) => {
  const { key } = keysOf[type] ?? {}
  return key ? `Its ${key} or id.` : isNumbered(type) ? 'Its number or id.' : 'Its id.'
}

const { models } = getDatamodel().datamodel
const isNumbered = (type: string) =>
  (models as Record<string, { fields: readonly { isId: boolean; type: string }[] }>)[type]?.fields.some(
    (field) => field.isId && field.type === 'Int',
  ) ?? false

function describeType(type: GraphQLObjectType): ObjectType {
  const plain = shownFields(type).filter((field) => isPlain(field))
  const columns = columnsOf[type.name] ?? plain.slice(0, 5).map(({ name }) => name)
  for (const path of columns) requirePath(type, path)
  const find = keysOf[type.name]
  return {
    columns,
    full: selectionOf(type, 1),
    plain: selectionOf(type, 0),
    ...(find ? { find } : {}),
    ...(isNode(type) && isNumbered(type.name)
      ? { numbered: isOfInstallation(type.name) ? 'installation' : 'anchor' }
      : {}),
  }
}

const shownFields = (type: GraphQLObjectType): AnyField[] =>
  Object.values(type.getFields()).filter(
    ({ name, args }) => !hidden.includes(`${type.name}.${name}`) && !args.some(isRequiredArgument),
  )

const isPlain = ({ type }: AnyField) => !isComposite(type)
const isComposite = (type: AnyField['type']) => {
  const named = getNamedType(type)
  return isObjectType(named) || 'getTypes' in named || 'getInterfaces' in named
}

/** Plain fields, the name of objects with an id, and to the depth the objects that only it has. */
function selectionOf(type: GraphQLObjectType, depth: number): string {
  return shownFields(type)
    .flatMap((field) => {
      if (depth === 0 && costly.includes(`${type.name}.${field.name}`)) return []
      if (isPlain(field)) return [field.name]
      const named = getNamedType(field.type)
      if (!isObjectType(named) || named.name.endsWith('Connection')) return []
      if (isNode(named)) return isOne(field) ? [`${field.name}{${nameOf(named)}}`] : []
      const inner = depth > 0 ? selectionOf(named, depth - 1) : ''
      return inner === '' ? [] : [`${field.name}{${inner}}`]
    })
    .join(' ')
}

/** Where an object has the value of a field of an input: `organizationId` is `organization.name`. */
function pathOf(type: GraphQLObjectType, name: string): string | undefined {
  const field = type.getFields()[name] ?? type.getFields()[name.replace(/Id$/, '')]
  if (!field || isPlain(field)) return field && name
  const { key } = keysOf[getNamedType(field.type).name] ?? {}
  return key && `${field.name}.${key}`
}

const isOne = ({ type }: AnyField) => !isListType(getNullableType(type))
const nameOf = ({ name }: GraphQLObjectType) => ['id', keysOf[name]?.key ?? []].flat().join(' ')

function requirePath(type: GraphQLObjectType, path: string): void {
  let at: unknown = type
  for (const name of path.split('.')) {
    const field: AnyField | undefined = isObjectType(at) ? at.getFields()[name] : undefined
    if (!field) throw new TypeError(`${type.name} has no ${path}, which is a column.`)
    at = getNamedType(field.type)
  }
}
