/** Tests the conventions of the schema, so that every operation and list has the shape that the others have. */
import {
  type GraphQLField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
const nameOf = (field: GraphQLField<unknown, unknown>) =>
  `${field.name[0]?.toUpperCase()}${field.name.slice(1)}`

describe.each(mutations.map((field) => [field.name, field] as const))('%s', (_name, field) => {
  it('takes one input, named after it, or nothing', () => {
    const args = field.args.map(({ name, type }) => [name, getNamedType(type).name])
    expect(args).toEqual(args.length === 0 ? [] : [['input', `${nameOf(field)}Input`]])
  })

  it('returns its result, which is its success or a failure', () => {
    const result = getNamedType(field.type)
    expect([isNonNullType(field.type), result.name]).toEqual([true, `${nameOf(field)}Result`])
    const members = isUnionType(result) ? [...result.getTypes()] : []
    const [success, ...others] = members.filter(
      (type) => !type.getInterfaces().some(({ name }) => name === 'Error'),
    )
    expect([success?.name, others.length, members.length > 1]).toEqual([`${nameOf(field)}Success`, 0, true])
    expect(Object.keys(success?.getFields() ?? {})).not.toContain('data')
  })
})

it('has one connection for each type that is listed, with edges and nodes', () => {
  const connections = types.filter(isObjectType).filter(({ name }) => name.endsWith('Connection'))
  expect(connections.length).toBeGreaterThan(10)
  for (const connection of connections) {
    const { edges, nodes, pageInfo, totalCount } = connection.getFields()
    const listed = connection.name.replace(/Connection$/, '')
    expect([String(edges?.type), String(nodes?.type)]).toEqual([`[${listed}Edge!]!`, `[${listed}!]!`])
    expect([String(pageInfo?.type), String(totalCount?.type)]).toEqual(['PageInfo!', 'Int!'])
  }
})

it('has values of enums in capitals', () => {
  const values = types.filter(isEnumType).flatMap((type) => type.getValues().map(({ name }) => name))
  expect(values.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name))).toEqual([])
})

it('names inputs as such', () => {
  const inputs = types.filter(isInputObjectType).map(({ name }) => name)
  expect(inputs.filter((name) => !/(Input|Filter|Order)$/.test(name))).toEqual([])
})
