/** Writes documents that call a field of the root and select all of its result. */
import { getNamedType, isLeafType, isObjectType, isUnionType } from 'graphql'
import { schema } from '#server/schema/index.ts'
import { selectAll } from '../request/select-all.ts'

const rootFields = (type: ReturnType<typeof schema.getQueryType>) => type?.getFields() ?? {}

/** A document that calls the field with these arguments and selects all of its result. */
export function documentOf(kind: 'query' | 'mutation' | 'subscription', name: string, args: object): string {
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() } as const
  const root = kind === 'subscription' ? schema.getSubscriptionType() : roots[kind]
  const field = rootFields(root)[name]
  if (!field) throw new Error(`There is no field ${name}.`)
  const result = getNamedType(field.type)
  const types = isUnionType(result) ? result.getTypes() : isObjectType(result) ? [result] : []
  const nodes = isObjectType(result) || isUnionType(result) || isLeafType(result) ? '' : '{ __typename id }'
  const selection = isUnionType(result)
    ? `{ __typename ${types
        .filter(({ name: each }) => each.endsWith('Success'))
        .map((type) => `... on ${type.name} ${selectAll(type, 1) || '{ __typename }'}`)
        .join(' ')} ... on Error { code message } }`
    : (types[0] && selectAll(types[0])) || nodes
  const literal = Object.entries(args)
    .map(([key, value]) => `${key}: ${literalOf(value)}`)
    .join(' ')
  return `${kind} { ${name} ${literal && `(${literal})`} ${selection} }`
}

const enums = new Set(['RENEW', 'WITHDRAW', 'REMOVE', 'ES256', 'SUBORDINATES', 'COMPROMISED', 'ACCEPT'])
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${literalOf(each)}`)
      .join(' ')} }`
  return enums.has(String(value)) ? String(value) : JSON.stringify(value)
}
