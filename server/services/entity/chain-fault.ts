/** Finds the rule that a Trust Chain breaks, in the order of a resolver, from content alone (§6.1.4.2, §6.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { checkConstraints, resolveMetadata } from '#core/trust-chain/index.ts'
import type { EntityCheck } from '#server/services/entity/checks.ts'

export type ChainFault = Pick<EntityCheck, 'name' | 'message'>

/** `build` may throw a FederationError, if a statement cannot be read or built. */
export function findChainFault(build: () => EntityStatement[]): ChainFault | null {
  let name: ChainFault['name'] = 'STATEMENT'
  try {
    const chain = build()
    name = 'CONSTRAINTS'
    checkConstraints(chain)
    name = 'METADATA_POLICY'
    resolveMetadata(chain)
    return null
  } catch (error) {
    if (error instanceof FederationError) return { name, message: error.message }
    throw error
  }
}
