/** Describes what the plugins generate: connections, their arguments, global ids, and the results of mutations. */
import { type GraphQLNamedType, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'

const types: readonly (readonly [pattern: RegExp, description: string])[] = [
  [/^\w+Connection$/, 'One page of a list.'],
  [/^\w+ConnectionEdge$/, 'One place in a list.'],
  [/^Mutation\w+Success$/, 'The mutation did what was asked.'],
  [/^Mutation\w+Result$/, 'What was asked, or an expected failure that changed nothing.'],
  [/^PageInfo$/, 'Where a page lies in its list.'],
  [/^Node$/, 'Anything that has a global id.'],
]

const fields: Readonly<Record<string, string>> = {
  id: 'The global id: unique among all things of all types.',
  edges: 'The things on this page, each with its cursor.',
  pageInfo: 'Where this page lies in the list.',
  totalCount: 'How many things the whole list has.',
  cursor: 'The place in the list, for `after` and `before`.',
  node: 'The thing at this place.',
  hasNextPage: 'Whether the list goes on after this page.',
  hasPreviousPage: 'Whether the list has something before this page.',
  startCursor: 'The cursor of the first thing on this page; null when it is empty.',
  endCursor: 'The cursor of the last thing on this page; null when it is empty.',
  data: 'What the mutation made, changed or removed.',
}

const args: Readonly<Record<string, string>> = {
  first: 'How many things from the start of the list, or from `after`; at most 100.',
  after: 'Begins behind this cursor.',
  last: 'How many things from the end of the list, or from `before`; at most 100.',
  before: 'Ends in front of this cursor.',
}

/** Fills in what has no description; what our own nouns say of themselves stands. */
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
