/** Resolves the metadata of a chain's subject in the order of the specification (§6.1.4). */
import { filterEntityTypes } from '../constraints.ts'
import { type EntityStatement, isEntityConfiguration } from '../entity-statement/index.ts'
import { applySuperiorMetadata, checkIssuer, type Metadata } from '../metadata.ts'
import { mergeMetadataPolicies, prepareMetadataPolicy } from '../metadata-policy/index.ts'
import type { TrustChain } from './validate.ts'

/**
 * `chain` must be validated. Only the Immediate Superior's `metadata` applies (§3.1.1).
 * @throws FederationError `invalid_metadata`
 */
export function resolveMetadata(chain: TrustChain | readonly EntityStatement[]): Metadata {
  const all = 'statements' in chain ? chain.statements : chain
  const [configuration] = all
  if (!configuration) throw new TypeError('A Trust Chain has at least one statement.')
  return prepareResolution(all.filter((statement) => !isEntityConfiguration(statement)))(configuration)
}

/**
 * Merges the policies of Subordinate Statements once, from the Immediate Superior's on, to resolve many subjects below
 * the same Superiors.
 * @throws FederationError `invalid_metadata`, as its result does
 */
export function prepareResolution(
  statements: readonly EntityStatement[],
): (configuration: EntityStatement) => Metadata {
  const applyPolicy = prepareMetadataPolicy(mergePolicies(statements))
  return ({ claims: { sub, metadata: declared } }) => {
    let metadata = applySuperiorMetadata(declared ?? {}, statements[0]?.claims.metadata)
    for (const { claims } of statements) {
      // Before the policy, which must not apply to forbidden Entity Types (§6.2.3).
      const allowed = claims.constraints?.allowed_entity_types
      if (allowed) metadata = filterEntityTypes(metadata, allowed)
    }
    const resolved = applyPolicy(metadata)
    checkIssuer(resolved, sub)
    return resolved
  }
}

/** Statements start at the subject, policies at the Trust Anchor. */
function mergePolicies(statements: readonly EntityStatement[]) {
  const policies = statements.flatMap(({ claims }) =>
    claims.metadata_policy ? [claims.metadata_policy] : [],
  )
  const crit = new Set(statements.flatMap(({ claims }) => claims.metadata_policy_crit ?? []))
  return mergeMetadataPolicies(policies.reverse(), { crit })
}
