/**
 * Encodes and decodes global ids, and refuses ids that cannot be a key before the database is queried. Ids of every anchor
 * but the first one carry its slug: `test/Subordinate:5`.
 */
import { decodeGlobalID, encodeGlobalID } from '@pothos/plugin-relay'
import { type GraphQLSchema, isObjectType } from 'graphql'
import { getMember } from '#core/json.ts'
import { getDatamodel } from '#prisma/generated/pothos-types.ts'
import { requestError } from '#server/error/request-error.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type Node = { typename: string; id: string }

const { models } = getDatamodel().datamodel
const MAXIMUM_INTEGER_KEY = 2 ** 31 - 1

/** Types of the installation, whose ids are about no anchor. */
const installationTypes = ['ApiKey', 'Approval', 'Delivery', 'Mail', 'User', 'Webhook']
export const isOfInstallation = (typename: string) => installationTypes.includes(typename)

type Place = { slug: string; isFirst: boolean }

export function encodeNodeId(
  typename: string,
  id: string | number | bigint,
  { slug, isFirst }: Place,
): string {
  return encodeGlobalID(isFirst || isOfInstallation(typename) ? typename : `${slug}/${typename}`, id)
}

/** The id of an object as operators of the first anchor know it, where there is no anchor to name. */
export const globalId = (typename: string, id: string | number) => encodeGlobalID(typename, id)

/** The anchor of a global id (null: an object of the installation), and the id as the first anchor would have it. */
export function locateId(globalId: string): { anchor: string | null; id: string } | null {
  const { anchor = FIRST_ANCHOR, typename, key } = idForm.exec(decodeText(globalId))?.groups ?? {}
  if (!typename || !key) return null
  if (isOfInstallation(typename)) return { anchor: null, id: globalId }
  return getMember(models, typename) ? { anchor, id: encodeGlobalID(typename, key) } : null
}

/** An id of the same type that no object has. */
export const unknownId = (globalId: string) => encodeGlobalID(decodeGlobalID(globalId).typename, 0)

const idForm = /^(?:(?<anchor>[a-z0-9-]+)\/)?(?<typename>\w+):(?<key>.+)$/s
const decodeText = (text: string) => Buffer.from(text, 'base64').toString()

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
  // The plugin's own failure would be one of the server.
  const node = /^\w+:./s.test(decodeText(globalId)) ? decodeGlobalID(globalId) : null
  const key = node && (hasIntegerKey(node.typename) ? integerKey(node.id) : textKey(node.id))
  if (node && key !== null) return node
  throw requestError('BAD_USER_INPUT', `${JSON.stringify(globalId.slice(0, 100))} is not a valid id.`)
}
