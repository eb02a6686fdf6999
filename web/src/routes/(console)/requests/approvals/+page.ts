import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { changeList } from '#lib/protection/list.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const ChangeRequestsPage = graphql(`
  query ChangeRequestsPage(
    $filter: ChangeRequestFilter, $first: Int, $after: String, $last: Int, $before: String
  ) {
    changeRequests(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { ...ChangeRequestFields } }
      pageInfo { ...PageFields }
    }
    protection { operations }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.changeRequests, topic.protection)
  const variables = listVariables(url.searchParams, changeList)
  const { changeRequests, protection } = await read(fetch, ChangeRequestsPage, variables)
  return { title: 'Approvals', changeRequests, isProtecting: protection.operations.length > 0 }
}) satisfies PageLoad
