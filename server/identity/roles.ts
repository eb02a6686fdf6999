/** The roles and their scopes, in one table. */
import type { JWTPayload } from 'jose'

export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** `read`: everything but secrets; `operate`: subordinates and Trust Marks; `administer`: settings, keys, users. */
export type Scope = 'read' | 'operate' | 'administer'

const scopes: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate'],
  admin: ['read', 'operate', 'administer'],
}

/** Those of whom a second factor can be required: a role, or users who act for an organization. */
export const secondFactorGroups = [...roles, 'member'] as const
export type SecondFactorGroup = (typeof secondFactorGroups)[number]

export function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value)
}

export function mayDo(role: Role, scope: Scope): boolean {
  return scopes[role].includes(scope)
}

/** The first role that has the scope. */
export function leastRole(scope: Scope): Role {
  return roles.find((role) => mayDo(role, scope)) ?? 'admin'
}

/** The lesser of two roles: an API key never does more than its owner. */
export function lesserRole(a: Role, b: Role): Role {
  return roles.indexOf(a) < roles.indexOf(b) ? a : b
}

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
