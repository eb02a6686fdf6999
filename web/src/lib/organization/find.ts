/** Finds organizations on the server, because there may be more than one page. */
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { numberInWords } from './organization.ts'

const FindOrganizations = graphql(`
  query FindOrganizations($search: String!) {
    organizations(filter: { search: $search }, first: 20) {
      edges { node { id name identifier identifierScheme } }
    }
  }
`)

const NamedOrganization = graphql(`
  query NamedOrganization($id: ID!) { node(id: $id) { __typename ... on Organization { id name } } }
`)

/** As options, as many as a list shows; empty without an answer. */
export async function findOrganizations(search: string) {
  const { value } = await ask(FindOrganizations, { search })
  return (value?.organizations.edges ?? []).map(({ node }) => ({
    value: node.id,
    label: node.name,
    note: numberInWords(node) || undefined,
  }))
}

/** A removed one has no name any more. */
export async function organizationName(id: string): Promise<string> {
  const { value } = await ask(NamedOrganization, { id })
  return value?.node?.__typename === 'Organization' ? value.node.name : 'Unknown organization'
}
