/** Resolves the metadata of a chain and collects every reason for a rejection (§6.1.4.2, §6.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { Metadata } from '#core/metadata.ts'
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { checkConstraints, resolveMetadata } from '#core/trust-chain/index.ts'
import { explainPolicy } from '#server/services/entity/policy-explanation.ts'

export type Conclusion = {
  /** After the superior's metadata, constraints and policy; null if they reject it. */
  metadata: Metadata | null
  /** The reasons, one sentence each. */
  findings: string[]
  policy: PolicyExplanation['steps']
}

/** Reports all faults; a resolver stops at the first. */
export function conclude(chain: readonly EntityStatement[]): Conclusion {
  const { steps: policy, errors } = explainPolicy(chain)
  const constraints = attempt(() => checkConstraints(chain))
  const resolution = attempt(() => resolveMetadata(chain))
  const findings = [
    ...constraints.faults,
    ...(errors.length > 0 ? errors.map(({ message }) => message) : resolution.faults),
  ]
  const metadata = findings.length === 0 ? (resolution.result ?? null) : null
  return { metadata, findings, policy }
}

function attempt<Result>(work: () => Result): { result?: Result; faults: string[] } {
  try {
    return { result: work(), faults: [] }
  } catch (error) {
    if (error instanceof FederationError) return { faults: [error.message] }
    throw error
  }
}
