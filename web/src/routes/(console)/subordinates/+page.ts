import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { parseSubordinateSearch, variablesOf } from '#lib/subordinate/search.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const SubordinatesPage = graphql(`
  query SubordinatesPage(
    $filter: SubordinateFilter, $orderBy: SubordinateOrder
    $first: Int, $after: String, $last: Int, $before: String
  ) {
    subordinates(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...SubordinateCells } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
    trustMarkTypes(first: 100) { edges { node { type description } } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.subordinates)
  const search = parseSubordinateSearch(url.searchParams)
  const { subordinates, trustMarkTypes } = await read(
    fetch,
    SubordinatesPage,
    variablesOf(search, new Date()),
  )
  const markTypes = trustMarkTypes.edges.map(({ node }) => node)
  return { title: 'Subordinates', search, subordinates, markTypes }
}) satisfies PageLoad
