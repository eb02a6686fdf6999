/** Queries and mutations of the user's own account. */
import { graphql } from '#lib/gql/index.ts'

export const DisableTwoFactor = graphql(`
  mutation DisableTwoFactor {
    disableTwoFactor {
      __typename
      ... on MutationDisableTwoFactorSuccess { data { twoFactorEnabled } }
      ...Refusal
    }
  }
`)

export const RemovePasskey = graphql(`
  mutation RemovePasskey($input: RemovePasskeyInput!) {
    removePasskey(input: $input) {
      __typename
      ... on MutationRemovePasskeySuccess { data { hasPassword } }
      ...Refusal
    }
  }
`)

export const RenamePasskey = graphql(`
  mutation RenamePasskey($input: RenamePasskeyInput!) {
    renamePasskey(input: $input) {
      __typename
      ... on MutationRenamePasskeySuccess { data { hasPassword } }
      ...Refusal
    }
  }
`)

export const EndSession = graphql(`
  mutation EndSession($input: EndSessionInput!) {
    endSession(input: $input) {
      __typename
      ... on MutationEndSessionSuccess { data { hasPassword } }
      ...Refusal
    }
  }
`)

export const EndOtherSessions = graphql(`
  mutation EndOtherSessions { endOtherSessions { hasPassword } }
`)

export const UpdateMail = graphql(`
  mutation UpdateMail($input: UpdateMailInput!) { updateMail(input: $input) { mail } }
`)
