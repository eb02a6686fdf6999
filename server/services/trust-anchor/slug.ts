/** Checks the short name of an anchor. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { isSlug } from '#store/anchors.ts'

/** @throws InvalidInputError */
export function requireSlug(slug: string): void {
  if (!isSlug(slug))
    throw new InvalidInputError(
      'slug must have 1 to 32 lower-case letters, digits and hyphens, with no hyphen at its ends.',
      'slug',
    )
}
