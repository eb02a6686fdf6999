/** What the console reads of approvals, and their decisions. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ApprovalFields on Approval {
    id anchor operations action resource state overridden requestedBy requestedAt expiresAt decidedBy decidedAt passkeyKnownSince
  }
`)

graphql(`
  fragment ApprovalDetails on Approval {
    ...ApprovalFields
    requestedMethod keyCreatedBy mutation document variables before after effect previousEffect movedAt reason message
    lastError hash obstacle signingOptions overrideBy overrideAt overrideObstacle
    comments { at by text }
  }
`)

export const Approve = graphql(`
  mutation Approve($input: ApproveInput!) {
    approve(input: $input) {
      __typename
      ... on ApproveSuccess { approval { result } }
      ...Refusal
    }
  }
`)

export const CommentApproval = graphql(`
  mutation CommentApproval($input: CommentApprovalInput!) {
    commentApproval(input: $input) {
      __typename
      ... on CommentApprovalSuccess { approval { id } }
      ...Refusal
    }
  }
`)

export const Refuse = graphql(`
  mutation Refuse($input: RefuseInput!) {
    refuse(input: $input) {
      __typename
      ... on RefuseSuccess { approval { id } }
      ...Refusal
    }
  }
`)

export const Override = graphql(`
  mutation Override($input: OverrideInput!) {
    override(input: $input) {
      __typename
      ... on OverrideSuccess { approval { state result } }
      ...Refusal
    }
  }
`)
