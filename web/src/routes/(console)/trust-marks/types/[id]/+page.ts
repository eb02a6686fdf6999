import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { nodeOf } from '#lib/node.ts'
import { topic } from '#lib/topic.ts'

const TrustMarkTypePage = graphql(`
  query TrustMarkTypePage($id: ID!) {
    node(id: $id) {
      __typename
      ...TypeFacts
      ... on TrustMarkType { describedIn { ...DescriptionFields } }
    }
  }
`)

const Holders = graphql(`
  query Holders($filter: TrustMarkFilter, $first: Int, $after: String, $last: Int, $before: String) {
    trustMarks(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...TrustMarkRow } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async ({ fetch, depends, params, url }) => {
  depends(topic.trustMarks)
  const { node } = await read(fetch, TrustMarkTypePage, { id: params.id })
  const type = nodeOf(node, 'TrustMarkType', 'Trust Mark type')
  const { trustMarks } = await read(fetch, Holders, {
    filter: { trustMarkType: type.type },
    ...pageVariables(url.searchParams),
  })
  return { title: type.description || type.type, type, marks: trustMarks }
}
