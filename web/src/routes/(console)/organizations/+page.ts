import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { organizationVariables } from '#lib/organization/list.ts'
import { topic } from '#lib/topic.ts'

const OrganizationsPage = graphql(`
  query OrganizationsPage(
    $filter: OrganizationFilter, $orderBy: OrganizationOrder
    $first: Int, $after: String, $last: Int, $before: String
  ) {
    organizations(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id name identifier identifierScheme country memberCount tags active createdAt } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.organizations, topic.subordinates)
  const { organizations } = await read(fetch, OrganizationsPage, organizationVariables(url.searchParams))
  return { title: 'Organizations', organizations }
}
