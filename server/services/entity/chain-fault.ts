/** Applies the rules of a resolver to the content of a Trust Chain, in its order (§6.1.4.2, §6.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Path } from '#core/path.ts'
import { checkConstraints, resolveMetadata } from '#core/trust-chain/index.ts'
import type { EntityCheck } from '#server/services/entity/checks.ts'

export type ChainFault = Pick<EntityCheck, 'name' | 'message'> & {
  /** The claim at fault, and the operator of the policy. */
  path?: Path | undefined
  operator?: string | undefined
}

export type Resolved = { metadata: Metadata; fault: null } | { metadata: null; fault: ChainFault }

/** `build` and `resolve` may throw a FederationError, if a statement cannot be read or built, or does not resolve. */
export function resolveContent<Chain extends readonly EntityStatement[]>(
  build: () => Chain,
  resolve: (chain: Chain) => Metadata = resolveMetadata,
): Resolved {
  let name: ChainFault['name'] = 'STATEMENT'
  try {
    const chain = build()
    name = 'CONSTRAINTS'
    checkConstraints(chain)
    name = 'METADATA_POLICY'
    return { metadata: resolve(chain), fault: null }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const { message, detail } = error
    return { metadata: null, fault: { name, message, path: detail.path, operator: detail.operator } }
  }
}

/** The first rule at fault. */
export function findChainFault(build: () => EntityStatement[]): ChainFault | null {
  return resolveContent(build).fault
}
