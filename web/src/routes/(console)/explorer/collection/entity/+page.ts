import { error } from '@sveltejs/kit'
import { entityIdProblem } from '#lib/entity/id.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const CollectionEntityPage = graphql(`
  query CollectionEntityPage($entityId: EntityIdentifier!) {
    collectionEntity(entityId: $entityId) {
      entityId displayName logoUri entityTypes uiInfos
      trustMarks { trustMarkType mark { ...JwtFields } }
      subordinate { id }
      state superior problem { message section since }
    }
    collectionEntities(first: 0) { walkedAt }
  }
`)

const unknown = { message: 'The last crawl did not find this entity.' }

export const load = async ({ fetch, depends, url }) => {
  depends(topic.runs)
  const entityId = url.searchParams.get('id') ?? ''
  if (entityIdProblem(entityId)) error(404, unknown)
  const { collectionEntity: entity, collectionEntities } = await read(fetch, CollectionEntityPage, {
    entityId,
  })
  if (!entity) error(404, unknown)
  const name = entity.displayName ?? entity.entityId
  return { title: name, name, entity, walkedAt: collectionEntities.walkedAt }
}
