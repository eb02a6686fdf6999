/** The anchors of the installation, and what administrators do with them. */
import type { InstallationRowFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment InstallationRow on TrustAnchor {
    ...AnchorFields
    authorityHints
    status {
      counts { subordinates trustMarkTypes }
      expiringSoon { days subordinates trustMarks }
      publication { ...PublicationFields }
    }
    alerts { ...AlertCountFields }
  }
`)

/** `id` is for the table. */
export type InstallationRow = InstallationRowFragment & { id: string }

export const PauseTrustAnchor = graphql(`
  mutation PauseTrustAnchor($input: PauseTrustAnchorInput!) {
    pauseTrustAnchor(input: $input) {
      __typename
      ... on PauseTrustAnchorSuccess { trustAnchor { slug pausedAt } }
      ...Refusal
    }
  }
`)

export const ResumeTrustAnchor = graphql(`
  mutation ResumeTrustAnchor($input: ResumeTrustAnchorInput!) {
    resumeTrustAnchor(input: $input) {
      __typename
      ... on ResumeTrustAnchorSuccess { trustAnchor { slug pausedAt } }
      ...Refusal
    }
  }
`)

export const RemoveTrustAnchor = graphql(`
  mutation RemoveTrustAnchor($input: RemoveTrustAnchorInput!) {
    removeTrustAnchor(input: $input) {
      __typename
      ... on RemoveTrustAnchorSuccess { slug }
      ...Refusal
    }
  }
`)

export const CreateTrustAnchor = graphql(`
  mutation CreateTrustAnchor($input: CreateTrustAnchorInput!) {
    createTrustAnchor(input: $input) {
      __typename
      ... on CreateTrustAnchorSuccess { trustAnchor { slug } }
      ...Refusal
    }
  }
`)

export const MakeIntermediate = graphql(`
  mutation MakeIntermediate($input: MakeIntermediateInput!) {
    makeIntermediate(input: $input) {
      __typename
      ... on MakeIntermediateSuccess { trustAnchor { slug authorityHints } }
      ...Refusal
    }
  }
`)
