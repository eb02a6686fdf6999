import { graphql } from '#lib/gql/index.ts'
import { readEntity } from '#lib/portal/read-entity.ts'

const PortalEntityMarks = graphql(`
  query PortalEntityMarks($anchor: String!, $entityId: EntityIdentifier!) {
    organizationEntity(anchor: $anchor, entityId: $entityId) {
      entityConfiguration { claims }
      trustMarks { trustMarkType description state issuedAt expiresAt mark { jwt } }
    }
  }
`)

export const load = async (event) => ({ entity: await readEntity(event, PortalEntityMarks) })
