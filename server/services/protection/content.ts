/** What an approval asks for, as the audit log keeps it, and its hash, which the approver signs. */
import { createHash } from 'node:crypto'
import type { Approval } from '#prisma/generated/client/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { canonicalJson } from '#server/services/audit/hash.ts'

type Source = Pick<
  Approval,
  | 'anchor'
  | 'operations'
  | 'mutation'
  | 'document'
  | 'namedAnchor'
  | 'requestedBy'
  | 'requestedMethod'
  | 'keyCreatedBy'
  | 'reason'
> &
  Pick<Approval, 'requestedAt' | 'expiresAt' | 'nonce'> & { variables: unknown; effect: unknown }

/** Everything that decides what an approval executes and what that does, who asked for it, and until when. Times as ISO 8601. */
export function contentOf(row: Source) {
  const { anchor, operations, mutation, document, variables, namedAnchor, effect } = row
  const { requestedBy, requestedMethod, keyCreatedBy, reason, requestedAt, expiresAt, nonce } = row
  return {
    anchor,
    operations,
    mutation,
    document,
    variables,
    namedAnchor,
    effect,
    requestedBy,
    requestedMethod,
    keyCreatedBy,
    reason,
    requestedAt: requestedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    nonce,
  }
}

/** @throws ConflictError if it was changed in the database */
export function requireUnchanged(row: Source & Pick<Approval, 'hash'>): void {
  if (hashOfContent(contentOf(row)) !== row.hash)
    throw new ConflictError(
      'It was changed in the database since it was asked for. Object to it, or withdraw it.',
      'id',
    )
}

/** SHA-256 over the canonical JSON, base64url: the challenge of the passkey. */
export function hashOfContent(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('base64url')
}
