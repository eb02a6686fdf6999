import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateVariables } from '#lib/subordinate/list.ts'
import { topic } from '#lib/topic.ts'

const SubordinatesPage = graphql(`
  query SubordinatesPage(
    $filter: SubordinateFilter, $others: SubordinateFilter, $orderBy: SubordinateOrder
    $first: Int, $after: String, $last: Int, $before: String
  ) {
    subordinates(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...SubordinateRow } }
      pageInfo { ...PageFields }
    }
    subordinateProblems(filter: $others) { code count }
    trustAnchor { statementHours maximumStatementHours }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.subordinates)
  const {
    subordinates,
    subordinateProblems,
    trustAnchor: limits,
  } = await read(fetch, SubordinatesPage, subordinateVariables(url.searchParams))
  const problem = Object.fromEntries(subordinateProblems.map(({ code, count }) => [code, count]))
  return { title: 'Subordinates', subordinates, limits, sizes: { problem } }
}
