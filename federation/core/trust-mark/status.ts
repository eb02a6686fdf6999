/** Builds status responses about issued Trust Marks (§8.4.2). */
import type { EntityId } from '../entity-id.ts'

export const TRUST_MARK_STATUS_TYP = 'trust-mark-status-response+jwt'

/** `invalid`: the signature does not verify, or the mark has another error. */
export type TrustMarkStatus = 'active' | 'expired' | 'revoked' | 'invalid'

export type TrustMarkStatusClaims = {
  iss: EntityId
  iat: number
  exp?: number
  trust_mark: string
  status: TrustMarkStatus
}

/** Includes the whole mark, because two marks of one type and subject have no other distinct identifier. */
export function buildTrustMarkStatus(input: {
  issuer: EntityId
  iat: number
  trustMark: string
  status: TrustMarkStatus
  exp?: number | undefined
}): TrustMarkStatusClaims {
  return {
    iss: input.issuer,
    iat: Math.floor(input.iat),
    ...(input.exp === undefined ? {} : { exp: Math.floor(input.exp) }),
    trust_mark: input.trustMark,
    status: input.status,
  }
}
