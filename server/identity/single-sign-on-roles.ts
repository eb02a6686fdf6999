/** Who of the provider's users may do what: the groups in a claim, mapped to roles. */
import type { JWTPayload } from 'jose'
import { type Role, roles } from '#server/identity/roles.ts'

/** In the callback's path, and in the accounts of who came this way. */
export const PROVIDER_ID = 'oidc'

export type SingleSignOn = {
  /** What the button says. */
  name: string
  issuer: string
  clientId: string
  clientSecret: string
  scopes: readonly string[]
  /** The claim with the groups: a list, or one name. */
  roleClaim: string
  /** Group -> role; who is in none of them is not let in. */
  roleMap: ReadonlyMap<string, Role>
}

/** The greatest role of the user's groups; null for none. */
export function roleOfClaims(claims: JWTPayload, { roleClaim, roleMap }: SingleSignOn): Role | null {
  const value = claims[roleClaim]
  const groups = Array.isArray(value) ? value : [value]
  const granted = new Set(groups.map((group) => roleMap.get(String(group))))
  return roles.findLast((role) => granted.has(role)) ?? null
}
