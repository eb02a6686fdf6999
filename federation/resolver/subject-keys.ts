/** Returns the trusted keys of a Trust Chain's subject (§4, §7.3). */
import type { JwkSet } from '#core/keys.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'

/** The superior's statement is authoritative; the subject's own configuration proves nothing. */
export function getSubjectKeys({ statements }: Pick<TrustChain, 'statements'>): JwkSet {
  const statement = statements[1] ?? statements[0]
  if (!statement) throw new TypeError('A Trust Chain has at least one statement.')
  return statement.claims.jwks
}
