import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { entityAt, foundEntity } from '#lib/portal/entity.ts'
import { topic } from '#lib/topic.ts'

const PortalEntityMetadata = graphql(`
  query PortalEntityMetadata($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      resolvedMetadata
      entityConfiguration { claims }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const { organizationEntity } = await read(fetch, PortalEntityMetadata, entityAt(url))
  return { entity: foundEntity(organizationEntity) }
}
