/** Explains how the metadata policy of a chain changes the metadata, step by step (§6.1.4.2). */
import { filterEntityTypes } from '#core/constraints.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { applySuperiorMetadata } from '#core/metadata.ts'
import {
  explainMetadataPolicy,
  type MetadataPolicy,
  type PolicyExplanation,
} from '#core/metadata-policy/index.ts'

/** The policies of the superiors, the anchor's first. */
export function explainPolicy(statements: readonly EntityStatement[]): PolicyExplanation {
  const [own, ...superiors] = statements
  const about = superiors.slice(0, -1)
  let metadata = applySuperiorMetadata(own?.claims.metadata ?? {}, about[0]?.claims.metadata)
  for (const { claims } of about) {
    const allowed = claims.constraints?.allowed_entity_types
    if (allowed) metadata = filterEntityTypes(metadata, allowed)
  }
  const levels = about.toReversed().map(({ claims }) => {
    return { issuer: claims.iss, policy: (claims.metadata_policy ?? {}) as MetadataPolicy } // parsed by core
  })
  const crit = about.flatMap(({ claims }) => claims.metadata_policy_crit ?? [])
  return explainMetadataPolicy(levels, metadata, { crit })
}
