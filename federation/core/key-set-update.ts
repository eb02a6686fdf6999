/** Parses and verifies JWK Sets that an entity pushes to its superior, signed with a key that the superior vouches for. */
import { findAlgorithms } from './algorithm.ts'
import { parseEntityIdAt, parseNumericDate } from './claim.ts'
import type { EntityId } from './entity-id.ts'
import { FederationError, quote, refuseAt } from './errors.ts'
import { HISTORICAL_KEYS_TYP } from './historical-keys.ts'
import { isJsonObject } from './json.ts'
import { type ParsedJwt, parseJwt, verifySignature } from './jws.ts'
import { describeKey, type Jwk, type JwkSet, keyExpiry, parseJwkSet } from './keys.ts'
import { entityLimits } from './trust-chain/index.ts'
import { type Clock, checkValidity, DEFAULT_SKEW } from './validity.ts'

/** The type that all signed JWK Sets have (§5.2.1, §8.7.2). */
export const KEY_SET_TYP = HISTORICAL_KEYS_TYP

/** Times are unix seconds. §5.2.1 makes `iat` optional. */
export type KeySetUpdate = ParsedJwt & {
  claims: {
    iss: EntityId
    sub: EntityId
    iat?: number
    exp?: number
    nbf?: unknown
    aud?: unknown
    keys: Jwk[]
  }
}

/** Seconds. */
export const MAX_KEY_SET_UPDATE_AGE = 300

/**
 * Parses a pushed JWK Set. Its claim `keys` is an array (§5.2.1), or a JWK Set, as go-oidfed sends it. Does not verify its signature and its times.
 * @throws FederationError `invalid_request`, also for a key that cannot verify statements
 */
export function parseKeySetUpdate(jwt: unknown, options: { allowHttp: boolean }): KeySetUpdate {
  const parsed = parseJwt(jwt, { typ: KEY_SET_TYP })
  const { iss, sub, iat, exp } = parsed.claims
  const keys = listKeys(parsed.claims.keys)
  const issuer = parseEntityIdAt(iss, ['iss'], options)
  if (sub !== issuer) throw refuseAt(['sub'], `must be the iss ${quote(issuer)}, not ${quote(sub)}`)
  if (iat !== undefined) parseNumericDate(iat, ['iat'])
  if (exp !== undefined) parseNumericDate(exp, ['exp'])
  if ('crit' in parsed.claims) throw refuseAt(['crit'], 'is not supported')
  if (Array.isArray(keys) && keys.length > entityLimits.keys)
    throw refuseAt(['keys'], `has ${keys.length} keys. At most ${entityLimits.keys} are allowed`)
  const set = parseJwkSet({ keys }, [])
  set.keys.forEach(checkUsable)
  // Every claim of the type was checked above.
  return { ...parsed, claims: { ...parsed.claims, keys: set.keys } as KeySetUpdate['claims'] }
}

const listKeys = (keys: unknown): unknown => (isJsonObject(keys) ? keys.keys : keys)

function checkUsable(key: Jwk, index: number): void {
  const path = ['keys', index]
  if (findAlgorithms(key).length === 0) throw refuseAt(path, `cannot verify statements (${describeKey(key)})`)
  if (key.use !== undefined && key.use !== 'sig')
    throw refuseAt(path, `has the use ${quote(key.use)}, not "sig"`)
}

/**
 * Checks audience, times and keys: it is fresh, and none of its keys has expired.
 * @param options.maxAge seconds since its `iat`
 * @throws FederationError `invalid_request`
 */
export function checkKeySetUpdate(
  { claims: { iat, exp, nbf, aud, keys } }: KeySetUpdate,
  { audience, maxAge = MAX_KEY_SET_UPDATE_AGE, ...clock }: Clock & { audience: EntityId; maxAge?: number },
): void {
  if (aud !== undefined && (Array.isArray(aud) && aud.length === 1 ? aud[0] : aud) !== audience)
    throw refuseAt(['aud'], `must be ${audience} only, not ${quote(aud)}`)
  const { now, skew = DEFAULT_SKEW } = clock
  checkValidity({ iat: iat ?? now, exp, nbf }, clock, 'The JWK Set')
  if (iat !== undefined && iat < now - maxAge - skew) {
    const message = `The JWK Set was issued more than ${maxAge / 60} minutes ago. Sign it again, then push it.`
    throw new FederationError('invalid_request', message, { check: 'iat', path: ['iat'] })
  }
  const expired = keys.findIndex((key) => keyExpiry(key) <= now)
  if (expired >= 0) throw refuseAt(['keys', expired], 'has expired. Push current keys only')
}

/**
 * Verifies the signature with the keys that the superior vouches for, apart from those that have expired at `now` (unix
 * seconds).
 * @throws FederationError `invalid_request`
 */
export function verifyKeySetUpdate(update: KeySetUpdate, vouchedFor: JwkSet, now: number): Promise<void> {
  return verifySignature(update, vouchedFor, { now })
}

/** Whether two sets have the same keys under the same names. What is said about a key beside that does not count. */
export function hasSameKeys(one: JwkSet, other: JwkSet): boolean {
  return describeKeys(one) === describeKeys(other)
}

const identifying = ['kid', 'kty', 'crv', 'x', 'y', 'n', 'e', 'pub']

const describeKeys = ({ keys }: JwkSet) =>
  keys
    .map((key) => JSON.stringify(key, identifying))
    .sort()
    .join()
