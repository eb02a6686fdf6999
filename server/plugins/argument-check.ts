/** Checks the variables of an operation before it runs: a refusal names the argument, as for a value in the document. */
import {
  type ASTVisitor,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValidationContext,
  type ValueNode,
  ValuesOfCorrectTypeRule,
  visit,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { isJsonObject } from '#core/json.ts'
import type { Path } from '#core/path.ts'
import { checkValue, type Fault, findUnusable, Literal, toError } from '#server/error/value-check.ts'

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
  const places = placesOf(document)
  const placeOf = (name: string): Path => places.get(name) ?? [name]
  const unusable = [...unusableValues(document, values, placeOf)]
  const faults = unusable.length > 0 ? unusable : [...findFaults(schema, operation, values, placeOf)]
  return faults.map((fault) => toError(fault))
}

/** Where each variable is used first: an argument, or a place in one. */
function placesOf(document: DocumentNode): Map<string, Path> {
  const places = new Map<string, Path>()
  const collect = (node: ValueNode, path: Path): void => {
    if (node.kind === Kind.VARIABLE && !places.has(node.name.value)) places.set(node.name.value, path)
    if (node.kind === Kind.OBJECT)
      for (const { name, value } of node.fields) collect(value, [...path, name.value])
    if (node.kind === Kind.LIST)
      for (const [index, value] of node.values.entries()) collect(value, [...path, index])
  }
  visit(document, { Argument: ({ name, value }) => collect(value, [name.value]) })
  return places
}

/** Arguments of the document were checked when it was validated; defaults of its variables were not. */
function* unusableValues(
  document: DocumentNode,
  values: Record<string, unknown>,
  placeOf: (name: string) => Path,
): Generator<Fault> {
  for (const [name, value] of Object.entries(values)) {
    const fault = findUnusable(value, placeOf(name))
    if (fault) yield fault
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
  placeOf: (name: string) => Path,
): Generator<Fault> {
  for (const { variable, type: node, defaultValue } of variableDefinitions) {
    const name = variable.name.value
    const type = typeFromAST(schema, node)
    if (!isInputType(type) || (values[name] === undefined && defaultValue)) continue
    yield* checkValue(values[name], type, placeOf(name))
  }
}

/** Takes the place of the rule of graphql-js, whose errors have another code and no path. */
export const literalCheck: Plugin = {
  onValidate({ validateFn, setValidationFn }) {
    setValidationFn((schema, document, rules, ...others) => {
      const kept = rules?.filter((rule: unknown) => rule !== ValuesOfCorrectTypeRule)
      return validateFn(schema, document, [...(kept ?? []), argumentsFit], ...others)
    })
  },
}

/** Arguments of directives and defaults of variables are left to the rule of graphql-js. */
function argumentsFit(context: ValidationContext): ASTVisitor {
  return {
    ...ValuesOfCorrectTypeRule(context),
    Argument({ name, value: node }) {
      const argument = context.getArgument()
      if (!argument || context.getDirective()) return undefined
      const [value, place] = [new Literal(node), [name.value]]
      const unusable = findUnusable(value, place)
      const faults = unusable ? [unusable] : checkValue(value, argument.type, place)
      for (const fault of faults) context.reportError(toError(fault, node))
      return false
    },
  }
}
