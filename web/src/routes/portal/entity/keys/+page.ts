import { graphql } from '#lib/gql/index.ts'
import { readEntity } from '#lib/portal/read-entity.ts'

const PortalEntityKeys = graphql(`
  query PortalEntityKeys($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      statement { claims }
      entityConfiguration { claims }
    }
  }
`)

export const load = async (event) => ({ entity: await readEntity(event, PortalEntityKeys) })
