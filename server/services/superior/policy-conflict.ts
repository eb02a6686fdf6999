/** Finds contradictions between our policy and that of a superior, with which no chain through both resolves (§6.1.4.1). */
import { FederationError } from '#core/errors.ts'
import { mergeMetadataPolicies, parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { SuperiorView } from '#server/services/superior/superiors.ts'

/** A sentence; null without a contradiction. */
export function findPolicyConflict(
  { entityId, row }: SuperiorView,
  { metadataPolicy }: Pick<Settings, 'metadataPolicy'>,
): string | null {
  if (!row?.metadataPolicy) return null
  try {
    mergeMetadataPolicies([parseMetadataPolicy(row.metadataPolicy), metadataPolicy])
    return null
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    return `The policy of ${entityId} contradicts the policy here, so no entity below resolves through it: ${error.message}`
  }
}
