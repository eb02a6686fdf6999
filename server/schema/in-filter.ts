/** Names the place of a fault in the filter of a list. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** @throws InvalidInputError whose path begins with `filter` */
export function inFilter<Result>(parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(error.message, 'filter', ...(error.path ?? []))
  }
}
