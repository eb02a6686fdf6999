import { graphql } from '#lib/gql/index.ts'
import { readEntity } from '#lib/portal/read-entity.ts'

const PortalEntityStatements = graphql(`
  query PortalEntityStatements($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      state
      statement { ...JwtFields }
      entityConfiguration { ...JwtFields }
    }
  }
`)

export const load = async (event) => ({ entity: await readEntity(event, PortalEntityStatements) })
