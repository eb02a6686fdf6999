/** Changes a subordinate. */
import { graphql } from '#lib/gql/index.ts'

export const UpdateSubordinate = graphql(`
  mutation UpdateSubordinate($input: UpdateSubordinateInput!) {
    updateSubordinate(input: $input) {
      __typename
      ... on UpdateSubordinateSuccess { subordinate { id } }
      ...Refusal
    }
  }
`)
