/** Parses how long something is valid. */
import { validityFor } from '#core/outage-budget.ts'
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

/** `1 hour`, `72 hours`. */
export const inHours = (hours: number): string => `${hours} hour${hours === 1 ? '' : 's'}`

/** Refuses a validity that is too short for the outage budget. @throws InvalidInputError */
export function requireBudget(hours: number, outageBudget: number | null, path = 'validFor'): void {
  if (outageBudget === null) return
  const least = validityFor(outageBudget)
  if (hours >= least) return
  throw new InvalidInputError(
    `${path} must be at least ${least} hours, because the outage budget is ${inHours(outageBudget)}.`,
    path,
  )
}
