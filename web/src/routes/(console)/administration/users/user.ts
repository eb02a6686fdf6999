/** The queries and mutations of users. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment UserFields on User {
    id username name email role anchorRoles { anchorSlug role } organizations { name } banned suspendedUntil createdAt twoFactorEnabled passkeyCount lastSignInAt canBeInvited
    passkeys { id name createdAt counts countsFrom confirmedBy { username } }
    invitation { isExpired }
  }
`)

export const CreateUser = mutation(`CreateUser { user { id username invitation { link isMailed } } }`)
export const UpdateUser = mutation(`UpdateUser { user { id username } }`)
export const CreateInvitation = mutation(`CreateInvitation { user { id invitation { link isMailed } } }`)
export const RemoveUser = mutation(`RemoveUser { ids }`)
export const SecureUser = mutation(`SecureUser { securedUser { user { id } } }`)
export const ResetUserPassword = mutation(`ResetUserPassword { user { id username } }`)
export const ConfirmPasskey = mutation(`ConfirmPasskey { passkey { id } }`)
export const ResetSecondFactor = mutation(`ResetSecondFactor { user { id username } }`)
