import { graphql } from '#lib/gql/index.ts'
import { readEntity } from '#lib/portal/read-entity.ts'

const PortalEntityChange = graphql(`
  query PortalEntityChange($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) { entityConfiguration { claims } }
  }
`)

export const load = async (event) => {
  const { entityConfiguration } = await readEntity(event, PortalEntityChange)
  return { claims: entityConfiguration.claims }
}
