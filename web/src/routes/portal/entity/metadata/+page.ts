import { graphql } from '#lib/gql/index.ts'
import { readEntity } from '#lib/portal/read-entity.ts'

const PortalEntityMetadata = graphql(`
  query PortalEntityMetadata($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      resolvedMetadata
      entityConfiguration { claims }
    }
  }
`)

export const load = async (event) => ({ entity: await readEntity(event, PortalEntityMetadata) })
