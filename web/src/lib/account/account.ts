/** Queries and mutations of the user's own account. */
import { graphql } from '#lib/gql/index.ts'

export const DisableTwoFactor = graphql(`
  mutation DisableTwoFactor {
    disableTwoFactor {
      __typename
      ... on DisableTwoFactorSuccess { account { twoFactorEnabled } }
      ...Refusal
    }
  }
`)

export const RemovePasskey = graphql(`
  mutation RemovePasskey($input: RemovePasskeyInput!) {
    removePasskey(input: $input) {
      __typename
      ... on RemovePasskeySuccess { account { hasPassword } }
      ...Refusal
    }
  }
`)

export const RenamePasskey = graphql(`
  mutation RenamePasskey($input: RenamePasskeyInput!) {
    renamePasskey(input: $input) {
      __typename
      ... on RenamePasskeySuccess { account { hasPassword } }
      ...Refusal
    }
  }
`)

export const EndSession = graphql(`
  mutation EndSession($input: EndSessionInput!) {
    endSession(input: $input) {
      __typename
      ... on EndSessionSuccess { account { hasPassword } }
      ...Refusal
    }
  }
`)

export const EndOtherSessions = graphql(`
  mutation EndOtherSessions {
    endOtherSessions {
      __typename
      ... on EndOtherSessionsSuccess { account { hasPassword } }
      ...Refusal
    }
  }
`)

export const UpdateMail = graphql(`
  mutation UpdateMail($input: UpdateMailInput!) {
    updateMail(input: $input) {
      __typename
      ... on UpdateMailSuccess { account { mail } }
      ...Refusal
    }
  }
`)
