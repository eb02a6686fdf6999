/** The variables that an operation needs, empty, for the editor of the page "API". */
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
} from 'graphql'

/** Those without a default; undefined if there are none. */
export function skeletonOf(document: DocumentNode, schema: GraphQLSchema): object | undefined {
  const entries = document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition'
      ? (definition.variableDefinitions ?? []).flatMap(({ variable, type: node, defaultValue }) => {
          const type = typeFromAST(schema, node)
          const isNeeded = isInputType(type) && isNonNullType(type) && !defaultValue
          return isNeeded ? [[variable.name.value, emptyOf(type)] as const] : []
        })
      : [],
  )
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

function emptyOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return emptyOf(type.ofType)
  if (isListType(type)) return []
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter(isRequiredInputField)
    return Object.fromEntries(needed.map((field) => [field.name, emptyOf(field.type)]))
  }
  return { Int: 1, Float: 1, Boolean: false, JSON: {} }[type.name] ?? ''
}
