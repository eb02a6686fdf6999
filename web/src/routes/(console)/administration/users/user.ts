/** The queries and mutations of users. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment UserFields on User {
    id username name email role anchorRoles { anchorSlug role } organizations { name } banned createdAt twoFactorEnabled passkeyCount lastSignInAt canBeInvited
    passkeys { id name createdAt counts countsFrom confirmedBy { username } }
    invitation { isExpired }
  }
`)

export const CreateUser = graphql(`
  mutation CreateUser($input: CreateUserInput!) {
    createUser(input: $input) {
      __typename
      ... on CreateUserSuccess { user { id username invitation { link isMailed } } }
      ...Refusal
    }
  }
`)

export const UpdateUser = graphql(`
  mutation UpdateUser($input: UpdateUserInput!) {
    updateUser(input: $input) {
      __typename
      ... on UpdateUserSuccess { user { id username } }
      ...Refusal
    }
  }
`)

export const CreateInvitation = graphql(`
  mutation CreateInvitation($input: CreateInvitationInput!) {
    createInvitation(input: $input) {
      __typename
      ... on CreateInvitationSuccess { user { id invitation { link isMailed } } }
      ...Refusal
    }
  }
`)

export const RemoveUser = graphql(`
  mutation RemoveUser($input: RemoveUserInput!) {
    removeUser(input: $input) {
      __typename
      ... on RemoveUserSuccess { ids }
      ...Refusal
    }
  }
`)

export const ResetUserPassword = graphql(`
  mutation ResetUserPassword($input: ResetUserPasswordInput!) {
    resetUserPassword(input: $input) {
      __typename
      ... on ResetUserPasswordSuccess { user { id username } }
      ...Refusal
    }
  }
`)

export const ConfirmPasskey = graphql(`
  mutation ConfirmPasskey($input: ConfirmPasskeyInput!) {
    confirmPasskey(input: $input) {
      __typename
      ... on ConfirmPasskeySuccess { passkey { id } }
      ...Refusal
    }
  }
`)

export const ResetSecondFactor = graphql(`
  mutation ResetSecondFactor($input: ResetSecondFactorInput!) {
    resetSecondFactor(input: $input) {
      __typename
      ... on ResetSecondFactorSuccess { user { id username } }
      ...Refusal
    }
  }
`)
