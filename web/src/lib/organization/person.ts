/** The queries and mutations of the people of an organization. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment PersonFields on OrganizationPerson {
    id username name email mayInvite invitationExpiresAt lastSignInAt
  }
`)

export const InviteMember = graphql(`
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) {
      __typename
      ... on MutationInviteMemberSuccess { data { id username invitationLink isInvitationMailed } }
      ...Refusal
    }
  }
`)

export const UpdateMember = graphql(`
  mutation UpdateMember($input: UpdateMemberInput!) {
    updateMember(input: $input) {
      __typename
      ... on MutationUpdateMemberSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const RemoveMember = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      __typename
      ... on MutationRemoveMemberSuccess { data }
      ...Refusal
    }
  }
`)
