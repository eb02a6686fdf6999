import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateOverview = graphql(`
  query SubordinateOverview($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate {
        id entityId displayName active state entityTypes publication
        validFor autorenew lastCheckedAt registeredAt updatedAt
        ...RecordedAboutSubordinate organizationName contacts nextSignature { at reason }
        nextCheckAt checks { ...CheckFields }
        problem { message section since } ...AnnotationFields ...MarkSummaryFields
        forcedMetadata metadataPolicy constraints additionalClaims requiredTrustMarks
        statement { issuedAt expiresAt }
      }
    }
    trustAnchor { statementHours }
  }
`)

const RequestsAbout = graphql(`
  query RequestsAbout($entityId: EntityIdentifier!) {
    requests(filter: { entityId: $entityId, isOpen: true }, first: 10) { edges { node { ...RequestRow } } }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates, topic.organizations, topic.trustMarks, topic.requests)
  const { node, trustAnchor } = await read(fetch, SubordinateOverview, { id: params.id })
  const subordinate = subordinateOf(node)
  const { requests } = await read(fetch, RequestsAbout, { entityId: subordinate.entityId })
  return { subordinate, trustAnchor, requests: requests.edges.map((edge) => edge.node) }
}
