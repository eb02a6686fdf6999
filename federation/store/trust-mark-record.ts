/** Identifies issued Trust Marks in Redis by the SHA-256 of their JWT, because they have no other identifier (§8.4). */
import { hash } from 'node:crypto'

/** A foreign writer stores this word in place of a revoked mark. */
export const REVOKED_MARK = 'revoked'

/** `revoked_at` is in unix seconds. */
export type TrustMarkRevocation = { revoked_at: number }

/** Returns the SHA-256, in hex, of the complete JWT. */
export function hashTrustMark(jwt: string): string {
  return hash('sha256', jwt, 'hex')
}

/** Formats a field of the revocation hash. */
export function formatTrustMarkRevocation(revocation: TrustMarkRevocation): string {
  return JSON.stringify(revocation)
}

/** Null if another program wrote something else. */
export function parseTrustMarkRevocation(text: string): Date | null {
  const seconds = Number(/^\{"revoked_at":(\d{1,10})\}$/.exec(text)?.[1] ?? Number.NaN)
  return Number.isNaN(seconds) ? null : new Date(seconds * 1000)
}
