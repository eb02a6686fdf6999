/** The fragments and the mutations of a request that both sides use. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment RequestRow on Request {
    id kind state entityId organizationName submittedAt decidedAt
  }
`)

graphql(`
  fragment RequestFields on Request {
    id kind state entityId organizationName trustMarkType changes declared version
    submittedBy { username } submittedAt decidedAt updatedAt
    checks { ...EntityCheckFields }
    approvalChecks { ...EntityCheckFields }
    steps { ...RequestStepFields }
  }
`)

export const CommentRequest = graphql(`
  mutation CommentRequest($input: CommentRequestInput!) {
    commentRequest(input: $input) {
      __typename
      ... on CommentRequestSuccess { request { id } }
      ...Refusal
    }
  }
`)
