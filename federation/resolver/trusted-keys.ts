/** Finds trusted keys: those of the Trust Anchors for resolution, and of the subject of a Trust Chain (§4, §7.3, §10). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import type { KeySets } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'

/** Finds the Trust Anchors for resolution and their keys: this Trust Anchor and the pinned ones (§10). */
export type TrustAnchor = { id: EntityId; keys: JwkSet }

/** `now` in unix seconds. */
type Known = { entityId: EntityId; keys: () => KeySets; reader: Reader; now: () => number }

/**
 * Selects the known anchors in the requested order, with the keys that have not expired.
 * @throws FederationError `invalid_trust_anchor` when no requested anchor is known
 */
export async function findTrustAnchors(
  requested: readonly EntityId[],
  { entityId, keys, reader }: Known,
): Promise<TrustAnchor[]> {
  const pinned = await reader.trustAnchors()
  const found = requested.flatMap((id) => {
    const jwks = id === entityId ? keys().statementKeys : pinned.get(id)
    return jwks ? [{ id, keys: jwks }] : []
  })
  if (found.length > 0) return found
  const names = requested.join(', ')
  throw new FederationError(
    'invalid_trust_anchor',
    `This resolver does not know the Trust Anchor ${names}. Use ${entityId} or an anchor that the operator has pinned.`,
  )
}

/** The superior's statement is authoritative; the subject's own configuration proves nothing. */
export function getSubjectKeys({ statements }: Pick<TrustChain, 'statements'>): JwkSet {
  const statement = statements[1] ?? statements[0]
  if (!statement) throw new TypeError('A Trust Chain has at least one statement.')
  return statement.claims.jwks
}
