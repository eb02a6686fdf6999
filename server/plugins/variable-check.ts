/** Checks the variables of an operation before it runs: a refusal names the place, and never repeats the value. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { isJsonObject } from '#core/json.ts'
import { formatPath, type Path } from '#core/path.ts'
import { findInputFault } from '#server/schema/input-fault.ts'

/** `path` begins with the name of the variable. */
type Fault = { path: Path; message: string }

/** The input that each scalar of graphql-js accepts. Our own scalars have their own messages. */
const builtIn: Readonly<Record<string, string>> = {
  Boolean: 'Enter true or false.',
  Float: 'Enter a number.',
  ID: 'Enter an id.',
  Int: 'Enter a whole number.',
  String: 'Enter a text.',
}

/** Answers `INVALID_INPUT` for each variable that does not fit its type, in queries, mutations and subscriptions. */
export const variableCheck: Plugin = {
  onExecute({ args, setResultAndStopExecution }) {
    const errors = refuse(args)
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
  onSubscribe({ args, setResultAndStopExecution }) {
    const errors = refuse(args)
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
}

type Operation = {
  schema: GraphQLSchema
  document: DocumentNode
  operationName?: string | null | undefined
  variableValues?: unknown
}

function refuse({ schema, document, operationName, variableValues }: Operation): GraphQLError[] {
  const operation = getOperationAST(document, operationName)
  if (!operation) return [] // the execution says so
  const values = isJsonObject(variableValues) ? variableValues : {}
  // The types are checked recursively, which needs a limited depth.
  const unusable = [...findUnusable(document, values)]
  const faults = unusable.length > 0 ? unusable : [...findFaults(schema, operation, values)]
  return faults.map(
    ({ path, message }) =>
      new GraphQLError(message, { extensions: { code: 'INVALID_INPUT', path: path.map(String) } }),
  )
}

/** Finds values that no type accepts. In a document, the syntax excludes all but NUL characters. */
function* findUnusable(document: DocumentNode, values: Record<string, unknown>): Generator<Fault> {
  for (const [name, value] of Object.entries(values)) {
    const fault = findInputFault(value)
    if (!fault) continue
    const path = [name, ...fault.path]
    yield { path, message: `${formatPath(path)} ${fault.finding}.` }
  }
  let hasNul = false
  visit(document, {
    StringValue({ value }) {
      hasNul ||= value.includes('\0')
    },
  })
  if (hasNul) yield { path: [], message: 'A string in the document contains a NUL character.' }
}

function* findFaults(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  values: Record<string, unknown>,
): Generator<Fault> {
  for (const { variable, type: node, defaultValue } of variableDefinitions) {
    const name = variable.name.value
    const type = typeFromAST(schema, node)
    if (!isInputType(type) || (values[name] === undefined && defaultValue)) continue
    yield* checkValue(values[name], type, [name])
  }
}

function* checkValue(value: unknown, type: GraphQLInputType, path: Path): Generator<Fault> {
  if (isNonNullType(type)) {
    if (value === undefined || value === null)
      yield { path, message: `Enter a value for ${formatPath(path)}.` }
    else yield* checkValue(value, type.ofType, path)
  } else if (value === undefined || value === null) {
    return
  } else if (isListType(type)) {
    // A single value stands for a list of one (GraphQL §3.11).
    const items = Array.isArray(value) ? value : [value]
    for (const [index, item] of items.entries()) yield* checkValue(item, type.ofType, [...path, index])
  } else if (isInputObjectType(type)) {
    if (!isJsonObject(value)) return yield { path, message: `Enter an object of the type ${type.name}.` }
    const fields = type.getFields()
    for (const name of Object.keys(value).filter((key) => !Object.hasOwn(fields, key)))
      yield { path, message: `${type.name} has no field ${JSON.stringify(name.slice(0, 100))}.` }
    for (const [name, field] of Object.entries(fields))
      if (Object.hasOwn(value, name) || isRequiredInputField(field))
        yield* checkValue(value[name], field.type, [...path, name])
  } else if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name)
    if (!names.includes(String(value))) yield { path, message: `Enter one of ${names.join(', ')}.` }
  } else {
    yield* checkScalar(() => type.coerceInputValue(value), type.name, path)
  }
}

function* checkScalar(coerce: () => unknown, name: string, path: Path): Generator<Fault> {
  try {
    if (coerce() !== undefined) return
    yield { path, message: `Enter a value of the type ${name}.` }
  } catch (error) {
    const own = error instanceof GraphQLError ? error.message : `Enter a value of the type ${name}.`
    yield { path, message: builtIn[name] ?? own }
  }
}
