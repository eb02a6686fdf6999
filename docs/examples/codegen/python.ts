/** A plugin of GraphQL Code Generator: each document as a constant with its types as TypedDicts, for inmor.py. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  type TypeNode,
  typeFromAST,
} from 'graphql'

const header = (kinds: readonly string[]) =>
  `"""The operations of the examples and their types. Generated from docs/examples/documents; do not edit."""

from typing import Literal, NotRequired, TypedDict

from inmor import ${kinds.join(', ')}
`

/** Scalars that are no text in Python. */
const scalars: Readonly<Record<string, string>> = {
  Int: 'int',
  Float: 'float',
  Boolean: 'bool',
  JSON: 'object',
  JWKS: 'object',
}

type Type = GraphQLInputType | GraphQLOutputType

export function plugin(schema: GraphQLSchema, documents: readonly { document?: DocumentNode }[]): string {
  const types = createTypes(schema)
  const kinds = new Set<string>()
  const constants = documents.flatMap(({ document }) =>
    (document?.definitions ?? []).map((definition) => {
      if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name)
        throw new Error('A document of the examples is an operation with a name.')
      const name = definition.name.value
      const constant = name.replace(/(?<=.)[A-Z]/g, '_$&').toUpperCase()
      const kind = kindOf(definition)
      kinds.add(kind)
      const type = `${kind}[${types.ofOperation(definition, name).join(', ')}]`
      return `${constant}: ${type} = ${kind}(\n    """\n${print(definition)}\n"""\n)\n`
    }),
  )
  return [header([...kinds].sort()), ...types.declarations.values(), ...constants].join('\n')
}

function kindOf({ operation, variableDefinitions = [] }: OperationDefinitionNode): string {
  if (operation === 'mutation') return 'Mutation'
  const isPaged = variableDefinitions.some(({ variable }) => variable.name.value === 'first')
  return operation === 'subscription' ? 'Subscription' : isPaged ? 'Connection' : 'Query'
}

function fieldsOf(selections: SelectionSetNode | undefined): FieldNode[] {
  return (selections?.selections ?? []).filter((selection) => selection.kind === Kind.FIELD)
}

function createTypes(schema: GraphQLSchema) {
  /** Name -> declaration, each after those that it uses. */
  const declarations = new Map<string, string>()

  function declare(name: string, description: string | null | undefined, members: string[]): string {
    const doc = description ? `    """${description.replaceAll('\n', ' ')}"""\n\n` : ''
    declarations.set(name, `class ${name}(TypedDict):\n${doc}${members.join('\n') || '    pass'}\n`)
    return name
  }

  /** The name in Python; `named` gives that of the type inside lists. */
  function pythonOf(type: Type, named: (type: Type) => string): string {
    if (isNonNullType(type)) return nonNull(type.ofType, named)
    return `${nonNull(type, named)} | None`
  }
  function nonNull(type: Type, named: (type: Type) => string): string {
    return isListType(type) ? `list[${pythonOf(type.ofType, named)}]` : named(type)
  }

  function leafOf(type: Type): string {
    const { name } = getNamedType(type)
    if (!isEnumType(type)) return scalars[name] ?? 'str'
    const values = type.getValues().map((value) => `    "${value.name}",`)
    declarations.set(name, `${name} = Literal[\n${values.join('\n')}\n]\n`)
    return name
  }

  function inputOf(type: Type): string {
    if (!isInputObjectType(type)) return leafOf(type)
    const members = Object.values(type.getFields()).map((field) => memberOf(field.name, field.type))
    return declarations.has(type.name) ? type.name : declare(type.name, type.description, members)
  }
  function memberOf(name: string, type: GraphQLInputType): string {
    const python = pythonOf(type, inputOf)
    return `    ${name}: ${isNonNullType(type) ? python : `NotRequired[${python}]`}`
  }

  function objectOf(type: GraphQLObjectType, selections: SelectionSetNode, name: string): string {
    const members = fieldsOf(selections).map(({ name: field, selectionSet }) => {
      const python = pythonOf(outputOf(type, field.value), (inner) =>
        isObjectType(inner) && selectionSet
          ? objectOf(inner, selectionSet, name + field.value.replace(/^./, (first) => first.toUpperCase()))
          : leafOf(inner),
      )
      return `    ${field.value}: ${python}`
    })
    return declare(name, null, members)
  }
  function outputOf(type: GraphQLObjectType, field: string): GraphQLOutputType {
    const found = type.getFields()[field]?.type
    if (!found) throw new Error(`${type.name} has no field ${field}.`)
    return found
  }

  function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode, name: string): string {
    const typeOf = (node: TypeNode) => typeFromAST(schema, node) as GraphQLInputType // validated
    const members = variableDefinitions.map(({ variable, type }) =>
      memberOf(variable.name.value, typeOf(type)),
    )
    return declare(`${name}Variables`, null, members)
  }

  /** What a mutation returns when it succeeds: its type `…Success`. */
  function successOf(
    root: GraphQLObjectType,
    { name: field, selectionSet }: FieldNode,
    name: string,
  ): string {
    for (const selection of selectionSet?.selections ?? []) {
      const condition = selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition?.name.value
      if (!condition || !/Success$/.test(condition)) continue
      return objectOf(schema.getType(condition) as GraphQLObjectType, selection.selectionSet, name)
    }
    const type = getNamedType(outputOf(root, field.value))
    if (isObjectType(type) && selectionSet) return objectOf(type, selectionSet, name)
    throw new Error(`${name} selects nothing of its success.`)
  }

  return {
    declarations,
    /** The type arguments of a constant. */
    ofOperation(operation: OperationDefinitionNode, name: string): string[] {
      const root = schema.getRootType(operation.operation)
      const [field] = fieldsOf(operation.selectionSet)
      if (!root || !field) throw new Error(`${name} selects nothing.`)
      const variables = variablesOf(operation, name)
      if (operation.operation === 'mutation') return [variables, successOf(root, field, name)]
      const data = objectOf(root, operation.selectionSet, name)
      const node = [...declarations.keys()].find(
        (each) => each.endsWith('EdgesNode') && each.startsWith(name),
      )
      return kindOf(operation) === 'Connection' ? [variables, data, node ?? 'object'] : [variables, data]
    },
  }
}
