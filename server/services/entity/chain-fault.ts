/** Applies the rules of a resolver to the content of a Trust Chain, in its order (§6.1.4.2, §6.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { checkIssuer, type Metadata } from '#core/metadata.ts'
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
  let chain: Chain | undefined
  try {
    chain = build()
    name = 'CONSTRAINTS'
    checkConstraints(chain)
    name = 'METADATA_POLICY'
    return { metadata: resolve(chain), fault: null }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    if (name === 'METADATA_POLICY' && isOfOwnIssuer(error, chain)) name = 'ISSUER'
    const { message, detail } = error
    return { metadata: null, fault: { name, message, path: detail.path, operator: detail.operator } }
  }
}

/** Whether metadata does not resolve because of the issuer that the entity declares, and not of one that a superior sets (§5.1.3). */
export function isOfOwnIssuer(error: unknown, [configuration]: readonly EntityStatement[] = []): boolean {
  if (!configuration || !isIssuerFault(error)) return false
  const { metadata = {}, sub } = configuration.claims
  try {
    checkIssuer(metadata, sub)
    return false
  } catch (own) {
    return isIssuerFault(own)
  }
}

const isIssuerFault = (error: unknown) => error instanceof FederationError && error.detail.check === 'issuer'

/** The first rule at fault. */
export function findChainFault(build: () => EntityStatement[]): ChainFault | null {
  return resolveContent(build).fault
}
