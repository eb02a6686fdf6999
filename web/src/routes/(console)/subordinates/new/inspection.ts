/** Fetches and checks an entity's configuration without registering it. */
import { graphql } from '#lib/gql/index.ts'

export const InspectEntity = graphql(`
  query InspectEntity($entityId: EntityIdentifier!, $jwks: JWKS) {
    inspectEntity(entityId: $entityId, jwks: $jwks) {
      entityId acceptable displayName entityTypes metadata resolvedMetadata jwks keyThumbprints { kid thumbprint }
      checks { ...EntityCheckFields }
      entityConfiguration { ...JwtFields }
      subordinate { id }
      correction { entityId reason }
    }
  }
`)
