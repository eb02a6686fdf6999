/** A plugin of GraphQL Code Generator: each document as a constant with the types of `typescript-operations`. */
import type { PluginFunction } from '@graphql-codegen/plugin-helpers'
import { type DefinitionNode, Kind, print } from 'graphql'

export const plugin: PluginFunction = (_schema, documents) => ({
  prepend: [
    '/** The operations of the examples and their types. Generated from docs/examples/documents; do not edit. */',
    "import type { Document } from './inmor.ts'",
  ],
  content: documents.flatMap(({ document }) => document?.definitions.map(constantOf) ?? []).join('\n'),
})

function constantOf(definition: DefinitionNode): string {
  if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name)
    throw new Error('A document of the examples is an operation with a name.')
  const name = definition.name.value
  const types = name + definition.operation.replace(/^./, (first) => first.toUpperCase())
  return `export const ${name} = \`${print(definition)}\` as Document<'${definition.operation}', ${types}, ${types}Variables>\n`
}
