/** Writes the smallest valid document for a field of the schema. */
import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

/** Literals that pass validation; their meaning is irrelevant. */
const literals: Readonly<Record<string, string>> = {
  ID: '"U3Vib3JkaW5hdGU6MQ=="',
  String: '"text"',
  Int: '1',
  Boolean: 'true',
  URL: '"https://example.org"',
  EntityIdentifier: '"https://example.org"',
  JSON: '{}',
  DateTime: '"2030-01-01T00:00:00Z"',
}

function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType)
  if (isListType(type)) return '[]'
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    const given = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField)
    return `{ ${given.map((field) => `${field.name}: ${literalOf(field.type)}`).join(' ')} }`
  }
  const literal = literals[type.name]
  if (literal === undefined) throw new Error(`the test has no literal for ${type.name}`)
  return literal
}

/** The smallest document with one field, with valid arguments. */
export function documentOf(operation: string, field: GraphQLField<unknown, unknown>): string {
  const required = field.args.filter(isRequiredArgument)
  const args = required.map((arg) => `${arg.name}: ${literalOf(arg.type)}`).join(' ')
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''
  return `${operation} { ${field.name} ${args && `(${args})`} ${selection} }`
}
