import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'
import { trustMarkTypeList } from '#lib/trust-mark/type-list.ts'

const TrustMarkTypesPage = graphql(`
  query TrustMarkTypesPage(
    $filter: TrustMarkTypeFilter, $first: Int, $after: String, $last: Int, $before: String
  ) {
    trustMarkTypes(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id type description active autorenew validFor renewalTime activeMarks createdAt } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.trustMarks)
  const variables = listVariables(url.searchParams, trustMarkTypeList)
  const { trustMarkTypes } = await read(fetch, TrustMarkTypesPage, variables)
  return { title: 'Trust Mark types', trustMarkTypes }
}
