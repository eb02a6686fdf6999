/** Parses historical Federation Entity Keys, and builds the set of them (§8.7). */
import { parseNumericDate, parseObject, parseString } from './claim.ts'
import type { EntityId } from './entity-id.ts'
import { type Jwk, parseJwk } from './keys.ts'
import type { Path } from './path.ts'

export const HISTORICAL_KEYS_TYP = 'jwk-set+jwt'

/** Times are unix seconds. The key is invalid after `exp` and after its revocation. */
export type HistoricalKey = Jwk & {
  exp: number
  iat?: number
  nbf?: number
  /** `reason` is `unspecified`, `compromised`, `superseded`, or defined by the federation (§8.7.3). */
  revoked?: { revoked_at: number; reason?: string; [other: string]: unknown }
}

export type HistoricalKeySetClaims = { iss: EntityId; iat: number; keys: HistoricalKey[] }

/** @throws FederationError `invalid_request` */
export function parseHistoricalKey(value: unknown, path: Path = ['historical key']): HistoricalKey {
  const jwk: Jwk & { exp?: unknown; iat?: unknown; nbf?: unknown; revoked?: unknown } = parseJwk(value, path)
  parseNumericDate(jwk.exp, [...path, 'exp'])
  if ('iat' in jwk) parseNumericDate(jwk.iat, [...path, 'iat'])
  if ('nbf' in jwk) parseNumericDate(jwk.nbf, [...path, 'nbf'])
  if ('revoked' in jwk) {
    const revoked = parseObject(jwk.revoked, [...path, 'revoked'])
    parseNumericDate(revoked.revoked_at, [...path, 'revoked', 'revoked_at'])
    if ('reason' in revoked) parseString(revoked.reason, [...path, 'revoked', 'reason'])
  }
  // The members of the type were checked above.
  return jwk as HistoricalKey
}

/**
 * The set is empty if the Entity has never changed its keys.
 * @throws FederationError `invalid_request` for a key without `exp` or with a private part
 */
export function buildHistoricalKeySet(input: {
  issuer: EntityId
  iat: number
  keys: readonly Jwk[]
}): HistoricalKeySetClaims {
  return {
    iss: input.issuer,
    iat: Math.floor(input.iat),
    keys: input.keys.map((key) => parseHistoricalKey(key, [`key ${key.kid}`])),
  }
}
