/** A plugin of GraphQL Code Generator: each document as a constant with the types of `typescript-operations`. */
import { type DefinitionNode, type DocumentNode, type GraphQLSchema, Kind, print } from 'graphql'

export function plugin(_schema: GraphQLSchema, documents: readonly { document?: DocumentNode }[]) {
  return {
    prepend: [
      '/** The operations of the examples and their types. Generated from docs/examples/documents; do not edit. */',
      "import type { Document } from './inmor.ts'",
    ],
    content: documents.flatMap(({ document }) => document?.definitions.map(constantOf) ?? []).join('\n'),
  }
}

function constantOf(definition: DefinitionNode): string {
  if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name)
    throw new Error('A document of the examples is an operation with a name.')
  const name = definition.name.value
  const types = name + definition.operation.replace(/^./, (first) => first.toUpperCase())
  return `export const ${name} = \`${print(definition)}\` as Document<'${definition.operation}', ${types}, ${types}Variables>\n`
}
