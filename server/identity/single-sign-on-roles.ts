/** Maps the groups in a claim of the provider to roles. */
import type { JWTPayload } from 'jose'
import { type Role, roles } from '#server/identity/roles.ts'

/** Part of the callback's path, and of the accounts that single sign-on creates. */
export const PROVIDER_ID = 'oidc'

export type SingleSignOn = {
  /** The label of the button. */
  name: string
  issuer: string
  clientId: string
  clientSecret: string
  scopes: readonly string[]
  /** The claim with the groups: a list or one name. */
  roleClaim: string
  /** Group -> role. Users in none of the groups are refused. */
  roleMap: ReadonlyMap<string, Role>
}

/** The highest role among the user's groups; null: none. */
export function roleOfClaims(claims: JWTPayload, { roleClaim, roleMap }: SingleSignOn): Role | null {
  const value = claims[roleClaim]
  const groups = Array.isArray(value) ? value : [value]
  const granted = new Set(groups.map((group) => roleMap.get(String(group))))
  return roles.findLast((role) => granted.has(role)) ?? null
}
