/** Parses the reason that a caller gives for a change. */
import { InvalidInputError } from '#server/error/operation-error.ts'

const MAXIMUM_LENGTH = 1_000

/** @throws InvalidInputError */
export function parseReason(given: string | null | undefined): string | undefined {
  const reason = given?.trim() || undefined
  if (reason === undefined) return undefined
  if (reason.length > MAXIMUM_LENGTH)
    throw new InvalidInputError(`reason must have at most ${MAXIMUM_LENGTH} characters.`, 'reason')
  if (!isStorable(reason))
    throw new InvalidInputError('reason has a character that cannot be stored.', 'reason')
  return reason
}

/** Whether PostgreSQL can store a text: no NUL, and no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
