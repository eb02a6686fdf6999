/** Parses how long something is valid. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** Whole hours from 1 to the maximum. @throws InvalidInputError */
export function parseHours(hours: number, maximum: number, path = 'validFor'): number {
  if (hours < 1) throw new InvalidInputError(`${path} must be at least 1 hour.`, path)
  if (hours > maximum) {
    throw new InvalidInputError(
      `${path} must not be above the federation's maximum of ${maximum} hours.`,
      path,
    )
  }
  return hours
}
