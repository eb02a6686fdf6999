/** Under which Trust Anchors we resolve, and with which keys: ourselves, and those pinned by the operator (§10). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'

export type TrustAnchor = { id: EntityId; keys: JwkSet }

type Known = { entityId: EntityId; keys: () => KeyDirectory; reader: Reader }

/**
 * Those of the requested anchors that are known, in the order requested.
 * @throws FederationError `invalid_trust_anchor` when none is
 */
export async function findTrustAnchors(
  requested: readonly EntityId[],
  { entityId, keys, reader }: Known,
): Promise<TrustAnchor[]> {
  const pinned = await reader.trustAnchors()
  const found = requested.flatMap((id) => {
    const jwks = id === entityId ? keys().published : pinned.get(id)
    return jwks ? [{ id, keys: jwks }] : []
  })
  if (found.length > 0) return found
  const names = requested.join(', ')
  throw new FederationError(
    'invalid_trust_anchor',
    `Nothing is resolved here under ${names}; this resolver knows ${entityId} and the anchors pinned by its operator.`,
  )
}
