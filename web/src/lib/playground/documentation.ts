/** Describes the types and fields of a schema by name, as the panel shows them, and finds them by a part of the name. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
} from 'graphql'

export interface Member {
  label: string
  /** The name of its own entry; undefined without one. */
  opens: string | undefined
  /** With brackets and exclamation marks; empty for values and types. */
  type: string
  /** The name of that type, to open. */
  typeName: string | undefined
  description: string
  /** Undefined unless it is deprecated. */
  deprecated: string | undefined
}

export interface Entry {
  /** `Subordinate` or `Subordinate.state`. */
  name: string
  kind: string
  /** The type of a field, with brackets and exclamation marks. */
  type: string | undefined
  /** The name of that type, to open. */
  typeName: string | undefined
  description: string
  deprecated: string | undefined
  groups: { heading: string; members: Member[] }[]
}

const groupsOf = (groups: Entry['groups']) => groups.filter(({ members }) => members.length > 0)

type Typed = GraphQLArgument | GraphQLInputField | GraphQLField<unknown, unknown>

const typed = (part: Typed, opens?: string): Member => ({
  label: part.name,
  opens,
  type: String(part.type),
  typeName: getNamedType(part.type).name,
  description: part.description ?? '',
  deprecated: part.deprecationReason ?? undefined,
})

type Named = Pick<GraphQLNamedType, 'name' | 'description'> & {
  deprecationReason?: string | null | undefined
}

const named = ({ name, description, deprecationReason }: Named, opens?: string): Member => ({
  label: name,
  opens,
  type: '',
  typeName: undefined,
  description: description ?? '',
  deprecated: deprecationReason ?? undefined,
})

const typeMembers = (types: readonly GraphQLNamedType[]) => types.map((type) => named(type, type.name))

function groupsOfType(schema: GraphQLSchema, type: GraphQLNamedType): Entry['groups'] {
  if (isEnumType(type))
    return groupsOf([{ heading: 'Values', members: type.getValues().map((value) => named(value)) }])
  if (isInputObjectType(type)) {
    const members = Object.values(type.getFields()).map((field) => typed(field))
    return groupsOf([{ heading: 'Fields', members }])
  }
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
  const possible = isUnionType(type) || isInterfaceType(type) ? schema.getPossibleTypes(type) : []
  const implemented = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : []
  return groupsOf([
    {
      heading: 'Fields',
      members: fields.map((field) => typed(field, `${type.name}.${field.name}`)),
    },
    { heading: 'Possible types', members: typeMembers(possible) },
    { heading: 'Implements', members: typeMembers(implemented) },
  ])
}

function kindOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return 'Enum'
  if (isInputObjectType(type)) return 'Input'
  if (isUnionType(type)) return 'Union'
  if (isInterfaceType(type)) return 'Interface'
  return isObjectType(type) ? 'Type' : 'Scalar'
}

/** Undefined for a name that the schema does not have. */
export function describe(schema: GraphQLSchema, name: string): Entry | undefined {
  const [typeName = '', fieldName] = name.split('.')
  const type = schema.getType(typeName)
  if (!type) return undefined
  if (fieldName === undefined) {
    const description = type.description ?? ''
    const groups = groupsOfType(schema, type)
    return { ...{ name, kind: kindOf(type), description, groups }, ...noType }
  }
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined
  if (!field) return undefined
  return {
    name,
    kind: 'Field',
    type: String(field.type),
    typeName: getNamedType(field.type).name,
    description: field.description ?? '',
    deprecated: field.deprecationReason ?? undefined,
    groups: groupsOf([{ heading: 'Arguments', members: field.args.map((argument) => typed(argument)) }]),
  }
}

const noType = { type: undefined, typeName: undefined, deprecated: undefined }

/** The operations that the schema has, to begin with: `Query`, `Mutation`, `Subscription`. */
export const rootNames = (schema: GraphQLSchema): string[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? [type.name] : [],
  )

/** Names of types and fields that contain the text: those that begin with it first, the shortest first. */
export function findNames(schema: GraphQLSchema, text: string, most = 50): string[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  const rank = (name: string) => {
    const own = name.toLowerCase().split('.').at(-1) ?? ''
    return own === wanted ? 0 : own.startsWith(wanted) ? 1 : 2
  }
  return allNames(schema)
    .filter((name) => name.toLowerCase().includes(wanted))
    .sort((one, other) => rank(one) - rank(other) || one.length - other.length || one.localeCompare(other))
    .slice(0, most)
}

function allNames(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type))
  return types.flatMap((type) => [
    type.name,
    ...(isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : []),
  ])
}
