/** What operators record about a subordinate for themselves: nothing of it is published. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { annotationFields } from '#server/services/annotation.ts'
import { field, type Patch } from '#server/services/patch.ts'

const MAXIMUM_KEY = 2 ** 31 - 1

/** `organizationId` is the key of an organization in the database. */
export const unpublishedFields = { ...annotationFields, organizationId: field(null, parseKey) }

/** Whether a change leaves the statement as it is. */
export function isUnpublished(patch: Patch<typeof unpublishedFields>): boolean {
  const names = Object.keys(patch)
  return names.length > 0 && names.every((name) => Object.hasOwn(unpublishedFields, name))
}

/** @throws InvalidInputError for what no key can be, as the command line may pass on */
function parseKey(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id <= MAXIMUM_KEY) return id
  throw new InvalidInputError('organizationId must be the number of an organization.', 'organizationId')
}
