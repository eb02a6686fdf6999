/** Issues a Trust Mark. */
import { graphql } from '#lib/gql/index.ts'

export const IssueTrustMark = graphql(`
  mutation IssueTrustMark($input: IssueTrustMarkInput!) {
    issueTrustMark(input: $input) {
      __typename
      ... on IssueTrustMarkSuccess { trustMark { id } }
      ...Refusal
    }
  }
`)
