/** Starts a change of many subordinates. */
import { graphql } from '#lib/gql/index.ts'

export const StartSubordinateChange = graphql(`
  mutation StartSubordinateChange($input: StartSubordinateChangeInput!) {
    startSubordinateChange(input: $input) {
      __typename
      ... on StartSubordinateChangeSuccess { run { id } }
      ...Refusal
    }
  }
`)
