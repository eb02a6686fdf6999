import { collectionFilterOf, parseCollectionSearch } from '#lib/collection/search.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50
/** What failed in the last walk, as far as it is shown here; the run has the rest. */
const FAILURES = 5

const CollectionPage = graphql(`
  query CollectionPage($filter: CollectionFilter, $first: Int, $after: String, $failures: Int) {
    collectionEntities(filter: $filter, first: $first, after: $after) {
      totalCount walkedAt
      edges { node { entityId ...CollectionCells } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
    renewalRuns(filter: { kind: COLLECTION }, first: 1) { edges { node { id ...WalkFields } } }
    trustMarkTypes(first: 100) { edges { node { type description } } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  // A walk that ends replaces the collection, and its progress invalidates the runs.
  depends(topic.runs)
  const search = parseCollectionSearch(url.searchParams)
  const { collectionEntities, renewalRuns, trustMarkTypes } = await read(fetch, CollectionPage, {
    filter: collectionFilterOf(search),
    first: PAGE_SIZE,
    after: url.searchParams.get('after') || null,
    failures: FAILURES,
  })
  return {
    title: 'Collection',
    search,
    entities: collectionEntities,
    walk: renewalRuns.edges[0]?.node,
    types: trustMarkTypes.edges.map(({ node }) => node),
  }
}) satisfies PageLoad
