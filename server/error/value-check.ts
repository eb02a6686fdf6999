/**
 * Checks a value against its type, as a variable or as a literal of a document. Both are refused with the same code, place and
 * sentence, which never repeats the value.
 */
import {
  type ConstValueNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLLeafType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql'
import { findJsonFault, isJsonObject, type JsonFault } from '#core/json.ts'
import { formatPath, type Path } from '#core/path.ts'
import { requestError } from '#server/error/request-error.ts'

/** `path` begins with the name of the argument. `member`: the name of one that the type of the object does not have. */
export type Fault = { path: Path; member?: string; message: string }

/** The input that each scalar of graphql-js accepts. Our own scalars have their own messages. */
const builtIn: Readonly<Record<string, string>> = {
  Boolean: 'Enter true or false.',
  Float: 'Enter a number.',
  ID: 'Enter an id.',
  Int: 'Enter a whole number.',
  String: 'Enter a text.',
}

const names = new Intl.ListFormat('en-GB')

/** A value as it stands in a document. */
export class Literal {
  readonly node: ValueNode

  constructor(node: ValueNode) {
    this.node = node
  }
}

export const toError = ({ path, message }: Fault, node?: ValueNode): GraphQLError =>
  requestError('INVALID_INPUT', message, { path: path.map(String) }, node ? { nodes: node } : {})

/** A value that no type accepts. The types are checked recursively, which needs a limited depth. */
export function findUnusable(value: unknown, place: Path): Fault | undefined {
  const fault = findInputFault(value instanceof Literal ? valueFromASTUntyped(value.node) : value)
  if (!fault) return undefined
  const path = [...place, ...fault.path]
  return { path, message: `${formatPath(path)} ${fault.finding}.` }
}

export function* checkValue(value: unknown, type: GraphQLInputType, path: Path): Generator<Fault> {
  if (value instanceof Literal && value.node.kind === Kind.VARIABLE) return // checked where it is given
  if (isNonNullType(type)) {
    if (isNull(value)) yield { path, message: `Enter a value for ${formatPath(path)}.` }
    else yield* checkValue(value, type.ofType, path)
  } else if (isNull(value)) {
    return
  } else if (isListType(type)) {
    for (const [index, item] of itemsOf(value).entries())
      yield* checkValue(item, type.ofType, [...path, index])
  } else if (isInputObjectType(type)) {
    const members = membersOf(value)
    if (!members) return yield { path, message: `Enter an object of the type ${type.name}.` }
    const fields = type.getFields()
    for (const name of Object.keys(members).filter((key) => !Object.hasOwn(fields, key)))
      yield {
        path,
        member: name,
        message: `${type.name} has no field ${JSON.stringify(name.slice(0, 100))}.`,
      }
    const given = Object.keys(members).filter((name) => !isNull(members[name]))
    if (type.isOneOf && (given.length !== 1 || Object.keys(members).length !== 1))
      yield { path, message: `Give exactly one of ${names.format(Object.keys(fields))}.` }
    for (const [name, field] of Object.entries(fields))
      if (Object.hasOwn(members, name) || isRequiredInputField(field))
        yield* checkValue(members[name], field.type, [...path, name])
  } else {
    yield* checkLeaf(value, type, path)
  }
}

const isNull = (value: unknown) =>
  value === undefined || value === null || (value instanceof Literal && value.node.kind === Kind.NULL)

/** A single value stands for a list of one (GraphQL §3.11). */
function itemsOf(value: unknown): readonly unknown[] {
  if (value instanceof Literal && value.node.kind === Kind.LIST)
    return value.node.values.map((item) => new Literal(item))
  return Array.isArray(value) ? value : [value]
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!(value instanceof Literal)) return isJsonObject(value) ? value : undefined
  if (value.node.kind !== Kind.OBJECT) return undefined
  return Object.fromEntries(value.node.fields.map(({ name, value: node }) => [name.value, new Literal(node)]))
}

function* checkLeaf(value: unknown, type: GraphQLLeafType, path: Path): Generator<Fault> {
  try {
    if (coerce(value, type) !== undefined) return
    yield { path, message: sentenceFor(type) }
  } catch (error) {
    yield { path, message: sentenceFor(type, error) }
  }
}

function coerce(value: unknown, type: GraphQLLeafType): unknown {
  if (!(value instanceof Literal)) return type.coerceInputValue(value)
  return type.coerceInputLiteral
    ? type.coerceInputLiteral(value.node as ConstValueNode) // the scalars with this refuse objects and lists
    : type.parseLiteral(value.node, undefined)
}

function sentenceFor(type: GraphQLLeafType, error?: unknown): string {
  if (isEnumType(type))
    return `Enter one of ${type
      .getValues()
      .map(({ name }) => name)
      .join(', ')}.`
  const own = error instanceof GraphQLError ? error.message : `Enter a value of the type ${type.name}.`
  return builtIn[type.name] ?? own
}

/** As `findJsonFault`, and a name with which a recursive copy could change every object. */
export function findInputFault(value: unknown): JsonFault | undefined {
  return findJsonFault(value, {
    isRefused: (name, member) =>
      name === 'constructor' && isJsonObject(member) && Object.hasOwn(member, 'prototype'),
  })
}
