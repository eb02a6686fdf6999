import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import { parseTypeSearch, typeFilterOf } from '#lib/trust-mark/type-search.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const TrustMarkTypesPage = graphql(`
  query TrustMarkTypesPage(
    $filter: TrustMarkTypeFilter, $first: Int, $after: String, $last: Int, $before: String
  ) {
    trustMarkTypes(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges {
        node { id type description active autorenew validFor renewalTime activeMarks createdAt }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.trustMarks)
  const search = parseTypeSearch(url.searchParams)
  const { trustMarkTypes } = await read(fetch, TrustMarkTypesPage, {
    filter: typeFilterOf(search),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return { title: 'Trust Mark types', search, trustMarkTypes }
}) satisfies PageLoad
