import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'
import { trustMarkList } from '#lib/trust-mark/list.ts'

const TrustMarksPage = graphql(`
  query TrustMarksPage($filter: TrustMarkFilter, $first: Int, $after: String, $last: Int, $before: String) {
    trustMarks(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...TrustMarkRow } }
      pageInfo { ...PageFields }
    }
    trustMarkTypes(first: 1) { totalCount }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.trustMarks)
  const variables = listVariables(url.searchParams, trustMarkList)
  const { trustMarks, trustMarkTypes } = await read(fetch, TrustMarksPage, variables)
  return { title: 'Trust Marks', trustMarks, hasTypes: trustMarkTypes.totalCount > 0 }
}
