/** The keys with which an entity may be believed once a Trust Chain leads to it (§4, §7.3). */
import type { JwkSet } from '#core/keys.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'

/** The keys of a chain's subject as its superior states them; its own configuration proves nothing. */
export function vouchedKeys({ statements }: Pick<TrustChain, 'statements'>): JwkSet {
  const vouching = statements[1] ?? statements[0]
  if (!vouching) throw new TypeError('a Trust Chain has at least one statement')
  return vouching.claims.jwks
}
