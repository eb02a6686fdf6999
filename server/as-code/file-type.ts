/** The type of a configuration file, made of the inputs of the mutations: what a file can say, the API can do. */
import {
  GraphQLBoolean,
  type GraphQLInputField,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isInputObjectType,
  isNonNullType,
} from 'graphql'
import type { KindRow } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import { sectionsOf } from '#server/plan/section.ts'

type InputFields = Record<string, { type: GraphQLInputType; description: string }>

/** They say which object and which state of it; a file names it by its keys. */
const ofCall = ['id', 'version', 'anchor']

type Types = { anchor: GraphQLInputObjectType; installation: GraphQLInputObjectType }

const made = new WeakMap<GraphQLSchema, Types>()

/** Of a file about an anchor, and of one about the installation. */
export function fileTypesOf(schema: GraphQLSchema): Types {
  const known = made.get(schema)
  if (known) return known
  const anchor = { type: new GraphQLNonNull(GraphQLString), description: 'The slug of the anchor.' }
  const types = {
    anchor: new GraphQLInputObjectType({
      name: 'ConfigurationFile',
      description: 'A file that describes an anchor. What no file names is not touched.',
      fields: { ...head, anchor, ...options, ...fieldsOfSections(schema, false) },
    }),
    installation: new GraphQLInputObjectType({
      name: 'InstallationFile',
      description: 'A file that describes the installation. What no file names is not touched.',
      fields: { ...head, ...options, ...fieldsOfSections(schema, true) },
    }),
  }
  made.set(schema, types)
  return types
}

const head = {
  apiVersion: {
    type: new GraphQLNonNull(GraphQLString),
    description: 'The version of this form: inmor/v1.',
  },
}
const options = {
  set: {
    type: GraphQLString,
    description:
      'The name of the set of files that owns what it describes; `default` by default. Two sets describe no object together.',
  },
  complete: {
    type: GraphQLBoolean,
    description:
      'Whether a field that an object does not name has its default. Otherwise it is not touched. Written by an export.',
  },
}

function fieldsOfSections(schema: GraphQLSchema, isOfInstallation: boolean): InputFields {
  const all = sectionsOf(isOfInstallation).map((section) => {
    const kind = kinds[section]
    const fields = fieldsOf(schema, kind)
    const bare = kind.bare === undefined ? undefined : fields[kind.bare]
    if (bare) return [section, bare]
    const name = nameOf(kind)
    const type = new GraphQLInputObjectType({ name, fields })
    if (kind.keys.length === 0) return [section, { type, description: `The ${kind.noun}.` }]
    const list = new GraphQLList(new GraphQLNonNull(type))
    return [section, { type: list, description: `Each ${kind.noun}, by ${kind.keys.join(' and ')}.` }]
  })
  return Object.fromEntries(all)
}

/** As messages name it: a schema of its own has no other types. */
const nameOf = ({ noun }: KindRow) =>
  noun.replaceAll(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Those of all inputs of its mutations. One that is required to create an object names it, or is optional in a file. */
function fieldsOf(
  schema: GraphQLSchema,
  { mutations, keys, without = [], renamed = {}, switches = {} }: KindRow,
): InputFields {
  const inputs = Object.values(mutations)
    .flat()
    .map((name) => {
      const type = schema.getMutationType()?.getFields()[name]?.args[0]?.type
      return type ? getNullableType(type) : undefined
    })
  const all = inputs.flatMap((input) => (isInputObjectType(input) ? Object.values(input.getFields()) : []))
  const fields: InputFields = {}
  for (const field of all) {
    const { name } = field
    if (ofCall.includes(name) || without.includes(name)) continue
    const shown = renamed[name] ?? name
    fields[shown] ??= { type: typeOf(field, shown === name, keys), description: field.description ?? '' }
  }
  for (const [name, description] of Object.entries(switches))
    fields[name] = { type: GraphQLBoolean, description }
  return fields
}

/** An object of another kind is named by its own name. */
function typeOf(
  { name, type }: GraphQLInputField,
  isOwn: boolean,
  keys: readonly string[],
): GraphQLInputType {
  if (!isOwn) return GraphQLString
  return keys.includes(name) && isNonNullType(type) ? type : getNullableType(type)
}
