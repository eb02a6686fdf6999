import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

/** An identifier is the first of all that begin with it; a few more, for those that hold it further behind. */
const CANDIDATES = 10

const CollectionEntityPage = graphql(`
  query CollectionEntityPage($search: String!, $first: Int!) {
    collectionEntities(filter: { search: $search }, first: $first) {
      walkedAt
      edges { node {
        entityId displayName logoUri entityTypes uiInfos
        trustMarks { trustMarkType mark { ...JwtFields } }
        subordinate { id }
      } }
    }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.runs)
  const entityId = url.searchParams.get('id') ?? ''
  const { collectionEntities } = await read(fetch, CollectionEntityPage, {
    search: entityId,
    first: CANDIDATES,
  })
  const found = collectionEntities.edges.find(({ node }) => node.entityId === entityId)
  if (!found) error(404, { message: 'The last walk did not find this entity.' })
  const name = found.node.displayName ?? found.node.entityId
  return { title: name, name, entity: found.node, walkedAt: collectionEntities.walkedAt }
}) satisfies PageLoad
