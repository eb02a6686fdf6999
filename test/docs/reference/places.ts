/** Finds the page and the heading of every type and root field of the schema. */

import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql'
import type { Definitions } from './definition.ts'
import { toAnchor } from './markdown.ts'
import { type Page, pageOf } from './page.ts'

export type Field = GraphQLField<unknown, unknown>

export interface Places {
  /** The page of a type or of a root field, such as `Query.users`. */
  page(name: string): Page
  /** A link from a page to its heading. */
  link(name: string, from: Page): string
  /** Whether a plugin made the type for a field, whose heading has it. */
  isGenerated(name: string): boolean
  /** The input that only this mutation has, which stands below it. */
  ownInput(mutation: string): GraphQLInputObjectType | undefined
  types: readonly GraphQLNamedType[]
  roots: readonly { root: string; field: Field }[]
}

export const isConnection = (type: GraphQLNamedType): type is GraphQLObjectType =>
  isObjectType(type) && 'edges' in type.getFields() && 'pageInfo' in type.getFields()

/** The result of a mutation apart from its errors. */
export const successOf = (type: GraphQLNamedType): GraphQLObjectType | undefined =>
  isUnionType(type) ? type.getTypes().find(({ name }) => /Success$/.test(name)) : undefined

export function findPlaces(schema: GraphQLSchema, definitions: Definitions): Places {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.values(type?.getFields() ?? {}).map((field) => ({ root: type?.name ?? '', field })),
  )
  const owners = ownersOf(types, roots)
  const inputs = inputsOf(types, roots)
  const headingOf = (name: string) => owners.get(name) ?? name
  const mutations = new Map([...inputs].map(([mutation, { name }]) => [name, mutation]))
  const page = (name: string): Page => pageOf(mutations.get(name) ?? headingOf(name), definitions)
  return {
    page,
    link(name, from) {
      const target = page(name)
      const file = target.name === from.name ? '' : `${target.name}.md`
      return `${file}#${toAnchor(headingOf(name))}`
    },
    isGenerated: (name) => owners.has(name),
    ownInput: (mutation) => inputs.get(mutation),
    types,
    roots,
  }
}

/** Headings of generated types: unions of results, their successes, connections and edges. */
function ownersOf(types: Places['types'], roots: Places['roots']): Map<string, string> {
  const owners = new Map<string, string>()
  const own = (type: GraphQLNamedType | undefined, owner: string, isNamesake: boolean) => {
    if (type && (isNamesake || !owners.has(type.name))) owners.set(type.name, owner)
  }
  for (const { root, field } of roots) {
    const type = getNamedType(field.type)
    const isNamesake = type.name.toLowerCase().startsWith(`${root}${field.name}`.toLowerCase())
    const success = successOf(type)
    for (const each of success ? [type, success] : connectionTypes(type))
      own(each, `${root}.${field.name}`, isNamesake)
  }
  for (const type of types) {
    if (!isObjectType(type) || type.name === 'Query') continue
    for (const field of Object.values(type.getFields()))
      for (const each of connectionTypes(getNamedType(field.type))) own(each, type.name, false)
  }
  return owners
}

function connectionTypes(type: GraphQLNamedType): GraphQLNamedType[] {
  if (!isConnection(type)) return []
  const edges = type.getFields().edges
  return edges ? [type, getNamedType(edges.type)] : [type]
}

/** Inputs that exactly one mutation takes, and no other field or input. */
function inputsOf(types: Places['types'], roots: Places['roots']): Map<string, GraphQLInputObjectType> {
  const users = new Map<GraphQLInputObjectType, string[]>()
  const use = (type: GraphQLNamedType, by: string) => {
    if (isInputObjectType(type)) users.set(type, [...(users.get(type) ?? []), by])
  }
  const rootTypes = new Set(roots.map(({ root }) => root))
  for (const { root, field } of roots)
    for (const argument of field.args) use(getNamedType(argument.type), `${root}.${field.name}`)
  for (const type of types) {
    if (rootTypes.has(type.name)) continue
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) use(getNamedType(field.type), type.name)
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields()))
        for (const argument of field.args) use(getNamedType(argument.type), type.name)
  }
  return new Map(
    [...users].flatMap(([type, [by = '', ...others]]) =>
      others.length === 0 && by.startsWith('Mutation.') ? [[by, type] as const] : [],
    ),
  )
}
