/** Finds the operations in a GraphQL document: which one to run, and what it is. */
import { GraphQLError, type OperationDefinitionNode, parse, type SelectionNode } from 'graphql'

export interface Operation {
  kind: 'query' | 'mutation' | 'subscription'
  /** Undefined without one. */
  name: string | undefined
  /** The names of its first fields, as the schema has them. */
  fields: string[]
}

export type Found = { operation: Operation; problem?: never } | { operation?: never; problem: string }

/** The operation at an offset in the text, or else the first one. */
export function findOperation(text: string, offset = 0): Found {
  try {
    const { definitions } = parse(text)
    const operations = definitions.filter((node) => node.kind === 'OperationDefinition')
    const [first] = operations
    const chosen = operations.findLast(({ loc }) => loc && loc.start <= offset) ?? first
    if (!chosen) return { problem: 'There is no operation to run. Write a query, or choose a ready one.' }
    if (operations.length > 1 && operations.some(({ name }) => !name))
      return { problem: 'An operation without a name must be the only one. Name each, or remove the others.' }
    return { operation: describe(chosen) }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return { problem: text.trim() === '' ? 'Write a query, or choose a ready one.' : syntaxProblem(error) }
  }
}

function describe({ operation, name, selectionSet }: OperationDefinitionNode): Operation {
  return { kind: operation, name: name?.value, fields: selectionSet.selections.flatMap(fieldsOf) }
}

/** A spread is named like one, because its fields are elsewhere. */
function fieldsOf(node: SelectionNode): string[] {
  if (node.kind === 'Field') return [node.name.value]
  if (node.kind === 'FragmentSpread') return [`…${node.name.value}`]
  return node.selectionSet.selections.flatMap(fieldsOf)
}

function syntaxProblem({ message, locations }: GraphQLError): string {
  const [place] = locations ?? []
  const where = place ? ` in line ${place.line}, column ${place.column}` : ''
  return `The operation cannot be read${where}: ${message.replace(/^Syntax Error: /, '')}`
}
