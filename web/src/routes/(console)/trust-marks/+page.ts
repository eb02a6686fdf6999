import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import { parseTrustMarkSearch, trustMarkFilterOf } from '#lib/trust-mark/search.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const TrustMarksPage = graphql(`
  query TrustMarksPage($filter: TrustMarkFilter, $first: Int, $after: String, $last: Int, $before: String) {
    trustMarks(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...TrustMarkCells } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
    trustMarkTypes(first: 100) { edges { node { type description } } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.trustMarks)
  const search = parseTrustMarkSearch(url.searchParams)
  const { trustMarks, trustMarkTypes } = await read(fetch, TrustMarksPage, {
    filter: trustMarkFilterOf(search, new Date()),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return { title: 'Trust Marks', search, trustMarks, types: trustMarkTypes.edges.map(({ node }) => node) }
}) satisfies PageLoad
