/** The input fields of what operators record for themselves. */
import type { Changes } from '#server/jobs/kind/change/parameters.ts'
import { keyOrNull } from '#server/schema/input.ts'
import type { InputFields } from '#server/schema/operation.ts'
import type { Exactly } from '#server/services/patch.ts'
import type { RegisterInput, UpdateInput } from '#server/services/subordinate/input.ts'

export function annotationFields(t: InputFields) {
  return {
    note: t.string({
      description: 'A note of the operators, at most 4000 characters. It is never published.',
    }),
    tags: t.stringList({
      description:
        'Tags of the operators, at most 20 with 1 to 40 characters each, unique without regard to case. They are never published.',
    }),
  }
}

/** Fields of subordinates, which may belong to an organization. */
export function unpublishedFields(t: InputFields) {
  return {
    ...annotationFields(t),
    organizationId: t.id({
      description: 'The organization that it belongs to; none by default. It is never published.',
    }),
  }
}

/**
 * The input with the key of its organization; one that no organization has if the id is malformed. A field that the service
 * does not know is refused by the compiler.
 */
export function withOrganizationKey<Given extends { organizationId?: string | null | undefined }>(
  given: Exactly<RegisterInput & UpdateInput & Changes, Given>,
) {
  const { organizationId: id, ...input }: Given = given
  if (id === undefined) return input
  return { ...input, organizationId: id === null ? null : (keyOrNull(id, 'Organization') ?? 0) }
}
