import { collectionList } from '#lib/collection/list.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

/** What failed in the last crawl, as far as it is shown here; the run has the rest. */
const FAILURES = 5

/** The collection is read forward only. */
const CollectionPage = graphql(`
  query CollectionPage($filter: CollectionFilter, $first: Int, $after: String, $failures: Int) {
    collectionEntities(filter: $filter, first: $first, after: $after) {
      totalCount walkedAt
      edges { node { ...CollectionRow } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
    renewalRuns(filter: { kind: COLLECTION }, first: 1) { edges { node { id ...WalkFields } } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  // A crawl that ends replaces the collection, and its progress invalidates the runs.
  depends(topic.runs)
  const { collectionEntities, renewalRuns } = await read(fetch, CollectionPage, {
    ...listVariables(url.searchParams, collectionList),
    failures: FAILURES,
  })
  return { title: 'Collection', entities: collectionEntities, walk: renewalRuns.edges[0]?.node }
}) satisfies PageLoad
