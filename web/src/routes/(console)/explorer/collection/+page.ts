import { collectionList } from '#lib/collection/list.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'

/** The first failures of the last crawl; the run has all of them. */
const FAILURES = 5

/** The collection is a forward-only list. */
const CollectionPage = graphql(`
  query CollectionPage($filter: CollectionFilter, $first: Int, $after: String, $failures: Int) {
    collectionEntities(filter: $filter, first: $first, after: $after) {
      totalCount walkedAt
      edges { node { ...CollectionRow } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
    runs(filter: { kind: COLLECTION }, first: 1) { edges { node { id ...WalkFields } } }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  // The end of a crawl replaces the collection; its progress invalidates the runs.
  depends(topic.runs)
  const { collectionEntities, runs } = await read(fetch, CollectionPage, {
    ...listVariables(url.searchParams, collectionList),
    failures: FAILURES,
  })
  return { title: 'Collection', entities: collectionEntities, walk: runs.edges[0]?.node }
}
