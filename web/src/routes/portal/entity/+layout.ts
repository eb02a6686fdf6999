import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { entityAt, foundEntity } from '#lib/portal/entity.ts'
import { topic } from '#lib/topic.ts'

const PortalEntityHead = graphql(`
  query PortalEntityHead($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      entityId displayName organizationId state entityTypes trustMarks { trustMarkType }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const address = entityAt(url)
  const { organizationEntity } = await read(fetch, PortalEntityHead, address)
  const head = foundEntity(organizationEntity)
  return { title: head.displayName ?? head.entityId, head, address }
}
