/** Parses the reason that a caller gives for a change. */
import { InvalidInputError } from '#server/error/operation-error.ts'

const MAXIMUM_LENGTH = 1_000

/** @throws InvalidInputError */
export function parseReason(given: string | null | undefined): string | undefined {
  const reason = given?.trim() || undefined
  if (reason === undefined) return undefined
  if (reason.length > MAXIMUM_LENGTH)
    throw new InvalidInputError(`reason must have at most ${MAXIMUM_LENGTH} characters.`, 'reason')
  return reason
}
