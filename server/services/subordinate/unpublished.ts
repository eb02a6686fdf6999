/** What operators record about a subordinate for themselves: nothing of it is published. */
import { annotationFields } from '#server/services/annotation.ts'
import { field, type Patch } from '#server/services/patch.ts'

/** `organizationId` is the key of an organization that the anchor admits. */
export const unpublishedFields = { ...annotationFields, organizationId: field(null, (id: number) => id) }

/** Whether a change leaves the statement as it is. */
export function isUnpublished(patch: Patch<typeof unpublishedFields>): boolean {
  const names = Object.keys(patch)
  return names.length > 0 && names.every((name) => Object.hasOwn(unpublishedFields, name))
}
