import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { organizationOf } from '#lib/organization/organization.ts'
import { topic } from '#lib/topic.ts'

const OrganizationPage = graphql(`
  query OrganizationPage($id: ID!) {
    node(id: $id) {
      __typename
      ... on Organization {
        id anchors { slug } home { displayName entityId } canBeChanged createdAt updatedAt
        describedIn { ...DescriptionFields }
        ...OrganizationRecord people { id ...PersonFields }
      }
    }
    subordinates(filter: { organizationId: $id }, first: 10) { ...MemberFields }
    requests(filter: { organizationId: $id, isOpen: true }, first: 10) {
      totalCount
      edges { node { ...RequestRow } }
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.organizations, topic.people, topic.subordinates, topic.requests)
  const { node, subordinates, requests } = await read(fetch, OrganizationPage, { id: params.id })
  const organization = organizationOf(node)
  return { title: organization.name, organization, members: subordinates, requests }
}
