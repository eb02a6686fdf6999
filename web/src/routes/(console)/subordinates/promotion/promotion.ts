/** Starts a promotion, which is a run of the anchor that subordinates come to. */
import { graphql } from '#lib/gql/index.ts'

export const PromoteSubordinates = graphql(`
  mutation PromoteSubordinates($input: PromoteSubordinatesInput!) {
    promoteSubordinates(input: $input) {
      __typename
      ... on PromoteSubordinatesSuccess { run { id } }
      ...Refusal
    }
  }
`)
