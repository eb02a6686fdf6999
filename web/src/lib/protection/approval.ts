/** What the console reads of approvals, and their decisions. */
import type { ApprovalDetailsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ApprovalFields on Approval {
    id anchorSlug operations action resource state overridden requestedBy { username } requestedAt expiresAt decidedBy { username } decidedAt passkeyKnownSince
  }
`)

graphql(`
  fragment ApprovalDetails on Approval {
    ...ApprovalFields
    requestedMethod keyCreatedBy { username } mutation document variables before after effect previousEffect movedAt reason message
    lastError hash obstacle signingOptions overrideBy { username } overrideAt overrideObstacle
    comments { at by { username } text }
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

/** Whether the user asked for the change, or created the API key that did: such a user cannot approve it. */
export const isAskedBy = (
  { requestedBy, keyCreatedBy }: Pick<ApprovalDetailsFragment, 'requestedBy' | 'keyCreatedBy'>,
  { username }: { username: string },
) => requestedBy.username === username || keyCreatedBy?.username === username
