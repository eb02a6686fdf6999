/** Selects every field of a type, for documents that no test has to write. */
import {
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

/** The depth of a selection in nested objects. */
const DEPTH = 3

/** Every field of a type that needs no argument, apart from those of some types; for connections, the first entries. */
export function selectAll(type: GraphQLObjectType, depth = DEPTH, without: readonly string[] = []): string {
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument))
  const selected = fields.flatMap(({ name, type: fieldType }) => {
    const named = getNamedType(fieldType)
    if (isInterfaceType(named)) return [`${name} { __typename }`]
    if (!isObjectType(named)) return [name]
    if (without.includes(named.name)) return []
    const inner = depth > 0 ? selectAll(named, depth - 1, without) : ''
    return inner ? [`${name} ${inner}`] : []
  })
  return selected.length > 0 ? `{ ${selected.join(' ')} }` : ''
}
