/** The status of an issued Trust Mark, as its issuer answers for it (§8.4.2). */
import type { EntityId } from '../entity-id.ts'

export const TRUST_MARK_STATUS_TYP = 'trust-mark-status-response+jwt'

/** `invalid` is a mark whose signature does not verify, or one with any other fault. */
export type TrustMarkStatus = 'active' | 'expired' | 'revoked' | 'invalid'

export type TrustMarkStatusClaims = {
  iss: EntityId
  iat: number
  exp?: number
  trust_mark: string
  status: TrustMarkStatus
}

/** The whole mark is echoed: no other identifier tells two marks of one type and subject apart. */
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
