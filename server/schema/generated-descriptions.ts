/** Adds descriptions to what plugins generate: connections, their arguments, global ids and results of mutations. */
import { type GraphQLNamedType, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'

const types: readonly (readonly [pattern: RegExp, description: string])[] = [
  [/^\w+Connection$/, 'A page of a list.'],
  [/^\w+Edge$/, 'An entry of a list.'],
  [/^\w+Success$/, 'The mutation succeeded.'],
  [/^\w+Result$/, 'The result, or an expected failure that changed nothing.'],
  [/^PageInfo$/, 'The position of a page in its list.'],
  [/^Node$/, 'An object with a global id.'],
]

const fields: Readonly<Record<string, string>> = {
  id: 'The global id, unique across all types.',
  edges: 'The entries of this page, with their cursors.',
  nodes: 'The objects of this page.',
  pageInfo: 'The position of this page in the list.',
  totalCount: 'The number of entries in the whole list.',
  cursor: 'The position in the list, for `after` and `before`.',
  node: 'The object.',
  hasNextPage: 'Whether there are entries after this page.',
  hasPreviousPage: 'Whether there are entries before this page.',
  startCursor: 'The cursor of the first entry; null for an empty page.',
  endCursor: 'The cursor of the last entry; null for an empty page.',
}

const args: Readonly<Record<string, string>> = {
  first: 'The number of entries from the start of the list, or after `after`; at most 100.',
  after: 'Starts after this cursor.',
  last: 'The number of entries from the end of the list, or before `before`; at most 100.',
  before: 'Ends before this cursor.',
}

/** Adds missing descriptions only. */
export function describeGenerated(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!type.name.startsWith('__')) describeType(type)
  }
  return schema
}

function describeType(type: GraphQLNamedType): void {
  type.description ??= types.find(([pattern]) => pattern.test(type.name))?.[1]
  if (!isObjectType(type) && !isInterfaceType(type)) return
  for (const field of Object.values(type.getFields())) {
    field.description ??= fields[field.name]
    for (const arg of field.args) arg.description ??= args[arg.name]
  }
}
