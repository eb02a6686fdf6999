/** The input fields of what operators record for themselves. */
import type { Changes } from '#server/plan/source/selection.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import { keyOrNull } from '#server/schema/input.ts'
import type { InputFields } from '#server/schema/operation.ts'
import type { Exactly } from '#server/services/patch.ts'
import type { RegisterInput, UpdateInput } from '#server/services/subordinate/input.ts'
import { unpublishedFields as services } from '#server/services/subordinate/unpublished.ts'

/** Fields of subordinates, which may belong to an organization. */
export function unpublishedFields(t: InputFields) {
  return {
    ...fieldsOf(t, services),
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
