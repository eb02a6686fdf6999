/** Finds the field or type under the cursor, also in a document that is not complete. */
import { syntaxTree } from '@codemirror/language'
import type { EditorView } from 'codemirror'
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type OperationTypeNode,
} from 'graphql'

type State = EditorView['state']
type Node = ReturnType<ReturnType<typeof syntaxTree>['resolve']>

/** The name that the documentation has: `Subordinate.state` or `Subordinate`. Undefined where there is none. */
export function nameAtCursor(state: State, schema: GraphQLSchema): string | undefined {
  const cursor = state.selection.main.head
  const tree = syntaxTree(state)
  // Before the first letter of a name and after the last one, the cursor is at it.
  const [before, after] = [tree.resolveInner(cursor, -1), tree.resolveInner(cursor, 1)]
  const nodes = [...ancestors(after.name.endsWith('Name') ? after : before)]
  const named = nodes.find(({ name }) => name === 'NamedType')
  if (named) return schema.getType(textOf(state, named))?.name
  const field = nodes.find(({ name }) => name === 'Field')
  if (!field) return undefined
  const parent = typeAround(state, schema, field.parent)
  const name = fieldName(state, field)
  return parent && hasField(parent, name) ? `${parent.name}.${name}` : undefined
}

function* ancestors(start: Node): Generator<Node> {
  for (let node: Node | null = start; node; node = node.parent) yield node
}

const textOf = (state: State, { from, to }: { from: number; to: number }) => state.sliceDoc(from, to)

/** At the end of a document that is not complete, a name could still become an alias. */
const fieldName = (state: State, field: Node) => {
  const name = field.getChild('FieldName') ?? field.getChild('Alias')?.getChild('Name')
  return name ? textOf(state, name).trimEnd() : ''
}

const hasField = (type: GraphQLNamedType, name: string) =>
  (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), name)

/** The type whose selection set contains the node. */
function typeAround(state: State, schema: GraphQLSchema, start: Node | null): GraphQLNamedType | undefined {
  for (let node = start; node; node = node.parent) {
    if (node.name === 'Field') {
      const parent = typeAround(state, schema, node.parent)
      const field =
        isObjectType(parent) || isInterfaceType(parent)
          ? parent.getFields()[fieldName(state, node)]
          : undefined
      return field && getNamedType(field.type)
    }
    const condition = node.getChild('TypeCondition')?.getChild('NamedType')
    if (condition) return schema.getType(textOf(state, condition))
    if (node.name === 'OperationDefinition') return rootOf(state, schema, node)
  }
  return undefined
}

function rootOf(state: State, schema: GraphQLSchema, operation: Node): GraphQLNamedType | undefined {
  const kind = operation.getChild('OperationType')
  const named = kind ? textOf(state, kind) : 'query'
  return schema.getRootType(named as OperationTypeNode) ?? undefined // the grammar knows the three kinds only
}
