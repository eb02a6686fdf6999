/** How issued Trust Marks are known in Redis: by the SHA-256 of the whole JWT, since a mark has no other identifier (§8.4). */
import { createHash } from 'node:crypto'

/** What a foreign writer stores in place of the mark when it revokes one. */
export const REVOKED_MARK = 'revoked'

/** When one issued mark was revoked, in unix seconds. */
export type TrustMarkRevocation = { revoked_at: number }

/** The identity of one issued mark: SHA-256, in hex, of the complete JWT. */
export function trustMarkHash(jwt: string): string {
  return createHash('sha256').update(jwt).digest('hex')
}

/** The value of one field of the revocation hash. */
export function formatTrustMarkRevocation(revocation: TrustMarkRevocation): string {
  return JSON.stringify(revocation)
}
