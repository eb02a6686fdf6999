/** Maps a change of a subordinate to the event types of the Subordinate Events draft. */
import { isJsonEqual } from '#core/json.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'

/** The columns whose change is a public event. */
const updates = {
  metadata_update: ['metadata', 'forcedMetadata'],
  metadata_policy_update: ['metadataPolicy', 'constraints'],
  jwks_update: ['jwks'],
} as const

export function updateEventTypes(before: Subordinate, after: Subordinate): string[] {
  return Object.entries(updates)
    .filter(([, columns]) => columns.some((column) => !isJsonEqual(before[column], after[column])))
    .map(([type]) => type)
}
