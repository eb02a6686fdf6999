/** Decodes global ids, and refuses ids that cannot be a key before the database is queried. */
import { decodeGlobalID } from '@pothos/plugin-relay'
import { GraphQLError, type GraphQLSchema, isObjectType } from 'graphql'
import { getMember } from '#core/json.ts'
import { getDatamodel } from '#prisma/generated/pothos-types.ts'

type Node = { typename: string; id: string }

const { models } = getDatamodel().datamodel
const MAXIMUM_INTEGER_KEY = 2 ** 31 - 1

/** Whether the keys of a type are whole numbers; other keys are text. */
function hasIntegerKey(typename: string): boolean {
  return getMember(models, typename)?.fields.some(({ isId, type }) => isId && type === 'Int') ?? false
}

/** Whether a type has global ids. */
export function isNodeType(schema: GraphQLSchema, typename: string): boolean {
  const type = schema.getType(typename)
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node')
}

/** A key that is text; null if no database column can hold it. */
export function textKey(id: string): string | null {
  return id.includes('\0') ? null : id
}

export function integerKey(id: string): number | null {
  const key = /^\d{1,10}$/.test(id) ? Number(id) : Number.NaN
  return key <= MAXIMUM_INTEGER_KEY ? key : null
}

/** @throws GraphQLError */
export function decodeNodeId(globalId: string): Node {
  const node = decodeGlobalID(globalId)
  const key = hasIntegerKey(node.typename) ? integerKey(node.id) : textKey(node.id)
  if (key !== null) return node
  throw new GraphQLError(`${JSON.stringify(globalId.slice(0, 100))} is not a valid id.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}
