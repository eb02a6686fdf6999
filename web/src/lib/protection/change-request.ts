/** What the console reads of change requests, and their decisions. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ChangeRequestFields on ChangeRequest {
    id anchor operations action resource state overridden requestedBy requestedAt expiresAt decidedBy decidedAt passkeyKnownSince
  }
`)

graphql(`
  fragment ChangeRequestDetails on ChangeRequest {
    ...ChangeRequestFields
    requestedMethod keyCreatedBy mutation document variables before after effect previousEffect movedAt reason message
    lastError hash obstacle signingOptions overrideBy overrideAt overrideObstacle
    comments { at by text }
  }
`)

export const ApproveChangeRequest = graphql(`
  mutation ApproveChangeRequest($input: ApproveChangeRequestInput!) {
    approveChangeRequest(input: $input) {
      __typename
      ... on MutationApproveChangeRequestSuccess { data { result } }
      ...Refusal
    }
  }
`)

export const CommentChangeRequest = graphql(`
  mutation CommentChangeRequest($input: CommentChangeRequestInput!) {
    commentChangeRequest(input: $input) {
      __typename
      ... on MutationCommentChangeRequestSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const RefuseChangeRequest = graphql(`
  mutation RefuseChangeRequest($input: RefuseChangeRequestInput!) {
    refuseChangeRequest(input: $input) {
      __typename
      ... on MutationRefuseChangeRequestSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const OverrideChangeRequest = graphql(`
  mutation OverrideChangeRequest($input: OverrideChangeRequestInput!) {
    overrideChangeRequest(input: $input) {
      __typename
      ... on MutationOverrideChangeRequestSuccess { data { state result } }
      ...Refusal
    }
  }
`)
