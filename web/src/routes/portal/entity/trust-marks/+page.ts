import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { entityAt, foundEntity } from '#lib/portal/entity.ts'
import { topic } from '#lib/topic.ts'

const PortalEntityMarks = graphql(`
  query PortalEntityMarks($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      entityConfiguration { claims }
      trustMarks { trustMarkType description state issuedAt expiresAt mark { jwt } }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const { organizationEntity } = await read(fetch, PortalEntityMarks, entityAt(url))
  return { entity: foundEntity(organizationEntity) }
}
