/** What somebody signs in with by hand: which names and passwords may stand. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** The library's name for an account whose password we keep. */
export const CREDENTIAL = 'credential'

/** By which a leaked key is recognized. */
export const API_KEY_PREFIX = 'inmor_'

/** Ends the address of those who gave none; no mail is ever delivered there. */
export const WITHOUT_ADDRESS = '@users.invalid'

export const MINIMUM_PASSWORD_LENGTH = 12
/** Hashing longer ones costs more than it adds. */
export const MAXIMUM_PASSWORD_LENGTH = 128

export const usernameLength = { minimum: 2, maximum: 64 }

export function isUsername(value: string): boolean {
  const { minimum, maximum } = usernameLength
  return value.length >= minimum && value.length <= maximum && /^[a-z0-9_.@-]+$/i.test(value)
}

/** As it is kept, in lower case. @throws InvalidInputError */
export function checkUsername(value: string): string {
  if (isUsername(value)) return value.toLowerCase()
  const { minimum, maximum } = usernameLength
  throw new InvalidInputError(
    `A username has ${minimum} to ${maximum} letters, digits and the signs . _ - @.`,
    'username',
  )
}

/** @throws InvalidInputError */
export function checkPassword(password: string, field = 'password'): void {
  if (password.length >= MINIMUM_PASSWORD_LENGTH && password.length <= MAXIMUM_PASSWORD_LENGTH) return
  throw new InvalidInputError(
    `The password must have ${MINIMUM_PASSWORD_LENGTH} to ${MAXIMUM_PASSWORD_LENGTH} characters.`,
    field,
  )
}
