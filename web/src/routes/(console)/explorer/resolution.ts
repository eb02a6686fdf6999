/** The query of the explorer. */
import { graphql } from '#lib/gql/index.ts'

export const ResolveEntity = graphql(`
  query ResolveEntity($entityId: EntityIdentifier!, $trustAnchor: EntityIdentifier) {
    resolveEntity(entityId: $entityId, trustAnchor: $trustAnchor) { ...ResolutionFields }
  }
  fragment ResolutionFields on EntityResolution {
    entityId trustAnchor resolved metadata
    failures { entityId superior reason advice }
    chains {
      path valid reason failedStatement expiresAt findings
      statements { ...JwtFields }
      checks { statement name status title message section }
      policy { ...PolicyStepFields }
    }
  }
`)
