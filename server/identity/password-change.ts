/** Whether a user should choose a new password. */

export const passwordChanges = ['NONE', 'ASKED', 'REQUIRED'] as const
export type PasswordChange = (typeof passwordChanges)[number]

/** Reads the column of a user's row. */
export function parsePasswordChange(value: unknown): PasswordChange {
  return passwordChanges.find((change) => change === value) ?? 'NONE'
}
