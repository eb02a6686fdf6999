import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateVariables } from '#lib/subordinate/list.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const SubordinatesPage = graphql(`
  query SubordinatesPage(
    $filter: SubordinateFilter, $orderBy: SubordinateOrder
    $first: Int, $after: String, $last: Int, $before: String
  ) {
    subordinates(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...SubordinateRow } }
      pageInfo { ...PageFields }
    }
    trustAnchor { statementHours maximumStatementHours }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.subordinates)
  const { subordinates, trustAnchor: limits } = await read(
    fetch,
    SubordinatesPage,
    subordinateVariables(url.searchParams),
  )
  return { title: 'Subordinates', subordinates, limits }
}) satisfies PageLoad
