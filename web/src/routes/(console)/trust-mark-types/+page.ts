import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const TrustMarkTypesPage = graphql(`
  query TrustMarkTypesPage($first: Int, $after: String, $last: Int, $before: String) {
    trustMarkTypes(first: $first, after: $after, last: $last, before: $before) {
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
  const [after, before] = [url.searchParams.get('after'), url.searchParams.get('before')]
  const page = before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after }
  const { trustMarkTypes } = await read(fetch, TrustMarkTypesPage, page)
  return { title: 'Trust Mark types', trustMarkTypes }
}) satisfies PageLoad
