import { shortEntityId } from '#lib/format.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { entityAt, foundEntity } from '#lib/portal/entity.ts'
import { topic } from '#lib/topic.ts'

const PortalEntityOverview = graphql(`
  query PortalEntityOverview($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      entityTypes state problem { message section since } checks { ...CheckFields }
      lastCheckedAt registeredAt entityConfigurationExpiresAt statementExpiresAt
    }
    viewer { organizations { anchors(slug: $anchor) { entityId name environment isPaused } } }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const { organizationEntity, viewer } = await read(fetch, PortalEntityOverview, entityAt(url))
  const entity = foundEntity(organizationEntity)
  const found = viewer?.organizations.flatMap(({ anchors }) => anchors)[0]
  const anchor = found && { ...found, name: found.name ?? shortEntityId(found.entityId) }
  return { entity, anchor }
}
