/** The queries and mutations of the people of an organization. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment PersonFields on OrganizationPerson {
    id username name email mayInvite invitationExpiresAt lastSignInAt
  }
`)

export const InvitePerson = graphql(`
  mutation InvitePerson($input: InvitePersonInput!) {
    invitePerson(input: $input) {
      __typename
      ... on InvitePersonSuccess { person { id username invitationLink isInvitationMailed } }
      ...Refusal
    }
  }
`)

export const UpdatePerson = graphql(`
  mutation UpdatePerson($input: UpdatePersonInput!) {
    updatePerson(input: $input) {
      __typename
      ... on UpdatePersonSuccess { person { id } }
      ...Refusal
    }
  }
`)

export const RemovePerson = graphql(`
  mutation RemovePerson($input: RemovePersonInput!) {
    removePerson(input: $input) {
      __typename
      ... on RemovePersonSuccess { ids }
      ...Refusal
    }
  }
`)
