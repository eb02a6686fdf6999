/** Describes Federation Entity Keys (§1.2). */
import { isRecord } from '#lib/json/json.ts'

export type Jwk = Record<string, unknown>

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

export const kidOf = (jwk: Jwk) => text(jwk.kid)

/** `EC P-256 · ES256 · sig`: key type, algorithm and use. */
export const describeKey = (jwk: Jwk) =>
  [[text(jwk.kty), text(jwk.crv)].filter(Boolean).join(' '), text(jwk.alg), text(jwk.use)]
    .filter(Boolean)
    .join(' · ')

/** The keys in the claims of a statement. */
export function keysOf(claims: unknown): Jwk[] {
  const keys = isRecord(claims) && isRecord(claims.jwks) ? claims.jwks.keys : undefined
  return Array.isArray(keys) ? keys.filter(isRecord) : []
}
