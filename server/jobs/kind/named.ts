/** Limits of a list in which a caller names the items of a run. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** Items that can be named at once. */
export const MAXIMUM_NAMED = 10_000
/** Characters of the longest Entity Identifier. */
const MAXIMUM_LENGTH = 2048

/** What is named, as the input calls it. */
type Things = 'subordinates' | 'requests'

/** @throws InvalidInputError */
export function requireSize(list: readonly unknown[], things: Things, field: string): void {
  if (list.length === 0) throw new InvalidInputError(`The list is empty. Name the ${things}.`, things, field)
  if (list.length <= MAXIMUM_NAMED) return
  throw new InvalidInputError(
    `At most ${MAXIMUM_NAMED} ${things} can be named. Use a filter for more.`,
    things,
    field,
  )
}

/** @throws InvalidInputError */
export function requireName(name: string, things: Things, field: string): string {
  if (name.length <= MAXIMUM_LENGTH) return name
  throw new InvalidInputError('The list has an entry that cannot be an identifier.', things, field)
}
