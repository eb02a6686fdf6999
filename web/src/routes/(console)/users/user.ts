/** The queries and mutations of users. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment UserFields on User {
    id username name email role banned createdAt twoFactorEnabled passkeyCount
  }
`)

export const CreateUser = graphql(`
  mutation CreateUser($input: CreateUserInput!) {
    createUser(input: $input) {
      __typename
      ... on MutationCreateUserSuccess { data { id username } }
      ...Refusal
    }
  }
`)

export const UpdateUser = graphql(`
  mutation UpdateUser($input: UpdateUserInput!) {
    updateUser(input: $input) {
      __typename
      ... on MutationUpdateUserSuccess { data { id username } }
      ...Refusal
    }
  }
`)

export const ResetUserPassword = graphql(`
  mutation ResetUserPassword($input: ResetUserPasswordInput!) {
    resetUserPassword(input: $input) {
      __typename
      ... on MutationResetUserPasswordSuccess { data { id username } }
      ...Refusal
    }
  }
`)

export const ResetSecondFactor = graphql(`
  mutation ResetSecondFactor($input: ResetSecondFactorInput!) {
    resetSecondFactor(input: $input) {
      __typename
      ... on MutationResetSecondFactorSuccess { data { id username } }
      ...Refusal
    }
  }
`)
