/** How long marks are valid and when they are renewed: the same rule for a type and for a single mark. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { parseHours } from '#server/services/subordinate/input.ts'

type Hours = { validFor: number; renewalTime: number }
type Given = { validFor?: number | null | undefined; renewalTime?: number | null | undefined }

/** Hours as given, else as at present; a renewal always comes before the expiry. @throws InvalidInputError */
export function parseMarkHours(given: Given, present: Hours, maximum: number): Hours {
  const validFor = parseHours(given.validFor ?? present.validFor, maximum)
  const renewalTime = given.renewalTime ?? Math.min(present.renewalTime, Math.floor(validFor / 2))
  if (renewalTime < 0 || renewalTime >= validFor) {
    throw new InvalidInputError('renewalTime must be shorter than validFor.', 'renewalTime')
  }
  return { validFor, renewalTime }
}
