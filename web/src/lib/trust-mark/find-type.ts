/** Finds Trust Mark types on the server, because there may be more than one page. */
import type { TrustMarkTypeFilter } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'

const FindTrustMarkTypes = graphql(`
  query FindTrustMarkTypes($filter: TrustMarkTypeFilter) {
    trustMarkTypes(filter: $filter, first: 20) { edges { node { ...PickedType } } }
  }
`)

graphql(`
  fragment PickedType on TrustMarkType { id type description validFor renewalTime autorenew owner { sub jwks } }
`)

const NamedTrustMarkType = graphql(`
  query NamedTrustMarkType($type: URL!) { trustMarkType(type: $type) { active ...PickedType } }
`)

/** As many as a list shows; empty without an answer. */
export async function findTypes(filter: TrustMarkTypeFilter) {
  const { value } = await ask(FindTrustMarkTypes, { filter })
  return value?.trustMarkTypes.edges.map(({ node }) => node) ?? []
}

/** The type in an address, if this anchor can issue marks of it. */
export async function activeType(type: string) {
  const { value } = await ask(NamedTrustMarkType, { type })
  return value?.trustMarkType?.active ? value.trustMarkType : undefined
}

/** A type of another issuer is shown by its identifier. */
export async function typeName(type: string): Promise<string> {
  const { value } = await ask(NamedTrustMarkType, { type })
  return value?.trustMarkType?.description || type
}

/** As an option: by its description, if it has one. */
export const typeOption = <Type extends { type: string; description: string | null }>(type: Type) => ({
  ...type,
  value: type.type,
  label: type.description || type.type,
  note: type.description ? type.type : undefined,
})

/** The types of any state, as options. */
export const suggestTypes = async (search: string) => (await findTypes({ search })).map(typeOption)
