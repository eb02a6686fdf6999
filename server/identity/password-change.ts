/** Whether a user should choose a new password. */

export const passwordChanges = ['NONE', 'ASKED', 'REQUIRED'] as const
export type PasswordChange = (typeof passwordChanges)[number]

/** Reads the column of a user's row. */
export function parsePasswordChange(value: unknown): PasswordChange {
  return passwordChanges.find((change) => change === value) ?? 'NONE'
}

/** Why a user who must choose a new password is refused. */
export const PASSWORD_CHANGE_SENTENCE = 'An administrator set your password. Choose a new one first.'
