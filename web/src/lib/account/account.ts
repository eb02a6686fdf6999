/** Queries and mutations of the user's own account. */
import { mutation } from '#lib/graphql/mutation.ts'

export const DisableTwoFactor = mutation(`DisableTwoFactor { account { twoFactorEnabled } }`)
export const RemovePasskey = mutation(`RemovePasskey { account { hasPassword } }`)
export const RenamePasskey = mutation(`RenamePasskey { account { hasPassword } }`)
export const EndSession = mutation(`EndSession { account { hasPassword } }`)
export const EndOtherSessions = mutation(`EndOtherSessions { account { hasPassword } }`)
export const UpdateMail = mutation(`UpdateMail { account { mail } }`)
