/** Rules for usernames, and the length of passwords (password.ts). */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** better-auth's name for an account with a local password. */
export const CREDENTIAL = 'credential'

/** Makes a leaked key recognizable. */
export const API_KEY_PREFIX = 'inmor_'

/** Placeholder domain for users without an e-mail address; `.invalid` never receives mail (RFC 2606). */
export const WITHOUT_ADDRESS = '@users.invalid'

export const MINIMUM_PASSWORD_LENGTH = 12
/** Hashing longer passwords costs more than it protects. */
export const MAXIMUM_PASSWORD_LENGTH = 128

export const usernameLength = { minimum: 2, maximum: 64 }

export function isUsername(value: string): boolean {
  const { minimum, maximum } = usernameLength
  return value.length >= minimum && value.length <= maximum && /^[a-z0-9_.@+-]+$/i.test(value)
}

/** The name in lower case, as stored. @throws InvalidInputError */
export function checkUsername(value: string): string {
  if (isUsername(value)) return value.toLowerCase()
  const { minimum, maximum } = usernameLength
  throw new InvalidInputError(
    `A username has ${minimum} to ${maximum} letters, digits and the signs . _ - + @.`,
    'username',
  )
}
