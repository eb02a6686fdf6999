import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { entityAt, foundEntity } from '#lib/portal/entity.ts'
import { topic } from '#lib/topic.ts'

const PortalEntityStatements = graphql(`
  query PortalEntityStatements($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      state
      statement { ...JwtFields }
      entityConfiguration { ...JwtFields }
    }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const { organizationEntity } = await read(fetch, PortalEntityStatements, entityAt(url))
  return { entity: foundEntity(organizationEntity) }
}
