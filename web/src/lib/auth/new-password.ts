/** Changes the user's own password, typed twice. */

import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'

export interface NewPassword {
  newPassword: string
  repeated: string
}

export const emptyPassword: NewPassword = { newPassword: '', repeated: '' }

const ChangePassword = mutation(`ChangePassword { account { hasPassword } }`)

export function differs({ newPassword, repeated }: NewPassword): Refusal | undefined {
  if (newPassword === repeated) return undefined
  return { message: 'The passwords do not match.', path: ['repeated'] }
}

/** Returns the reason of a refusal. */
export async function changePassword(typed: NewPassword): Promise<Refusal | undefined> {
  const { newPassword } = typed
  return differs(typed) ?? (await write(ChangePassword, { input: { newPassword } })).refusal
}
