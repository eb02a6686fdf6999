import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { requestVariables } from '#lib/request/list.ts'
import { topic } from '#lib/topic.ts'

const RequestsPage = graphql(`
  query RequestsPage(
    $filter: RequestFilter, $orderBy: RequestOrder
    $first: Int, $after: String, $last: Int, $before: String
  ) {
    requests(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { ...RequestRow entityName assignee { username } competing { id organizationName } } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.requests, topic.organizations)
  const { requests } = await read(fetch, RequestsPage, requestVariables(url.searchParams))
  return { title: 'Requests', requests }
}
