/** Generates and parses Federation Entity Keys as JWKs (§3.1.1). */
import { base64url, calculateJwkThumbprint, type JWK } from 'jose'
import { algorithms, findAlgorithms, MIN_RSA_BITS, type SigningAlgorithm } from './algorithm.ts'
import { parseArray, parseObject, parseString } from './claim.ts'
import { getImplementation } from './compact-jws.ts'
import { quote, refuseAt } from './errors.ts'
import { getMember, isJsonObject } from './json.ts'
import type { Path } from './path.ts'
import { formatTime } from './validity.ts'

export { algorithms, type SigningAlgorithm, signingAlgorithms } from './algorithm.ts'

/** A key with the `kid` that §3.1.1 requires. Public, unless noted otherwise. */
export type Jwk = JWK & { kid: string }
export type JwkSet = { keys: Jwk[] }

/** Unix seconds; Infinity for a key without `exp` (§8.7 defines the member). */
export function keyExpiry(jwk: Jwk & { exp?: unknown }): number {
  return typeof jwk.exp === 'number' ? jwk.exp : Infinity
}

/** With the members of §8.7.2, which jose does not know. */
type TimedJwk = Jwk & { exp?: unknown; nbf?: unknown; revoked?: unknown }

/** Unix seconds; Infinity for a key that is not revoked. */
function revocationOf({ revoked }: TimedJwk): number {
  if (!isJsonObject(revoked)) return Infinity
  return typeof revoked.revoked_at === 'number' ? revoked.revoked_at : -Infinity
}

/** From when a key must not be used, in unix seconds: its `exp`, or its revocation if that is earlier. */
export function keyEnd(jwk: TimedJwk): number {
  return Math.min(keyExpiry(jwk), revocationOf(jwk))
}

/**
 * The keys that a JWT may list: those that may be used at some time while it is valid, from `now` to `until` (unix
 * seconds). A key that begins later is listed in time: when it begins, no valid copy is without it.
 */
export function selectUsableKeys(keys: readonly TimedJwk[], { now, until }: { now: number; until: number }) {
  const begins = ({ nbf }: TimedJwk) => (typeof nbf === 'number' ? nbf : -Infinity)
  return keys.filter((key) => keyEnd(key) > now && begins(key) < until)
}

/** Why a key must not be used at a time, to complete “is signed with the key …, which”; null: it may be. */
export function explainUnusable(
  jwk: TimedJwk,
  { now, skew = 0 }: { now: number; skew?: number | undefined },
): string | null {
  if (revocationOf(jwk) <= now) return 'was revoked'
  const expiry = keyExpiry(jwk)
  if (expiry <= now - skew) return `expired at ${formatTime(expiry)}`
  if (typeof jwk.nbf === 'number' && jwk.nbf > now + skew) return `is not used before ${formatTime(jwk.nbf)}`
  return null
}

/** Members of private and symmetric keys, which must never be published. */
const secretMembers: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])

/** Required members of the public part of each key type (RFC 7518 §6, RFC 8037 §2, RFC 9964 §3). */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  AKP: ['alg', 'pub'],
}

/** Bytes of a coordinate. A key on another curve is accepted, but no algorithm uses it. */
const coordinateBytes: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  Ed25519: 32,
  Ed448: 57,
}

/** Bytes of the public part of an AKP key, by its algorithm (FIPS 204). */
const publicBytes: Readonly<Record<string, number>> = {
  'ML-DSA-44': 1312,
  'ML-DSA-65': 1952,
  'ML-DSA-87': 2592,
}

/** The member of a private key from which the public part follows. */
const privateMemberOf = ({ kty }: JWK) => (kty === 'AKP' ? 'priv' : 'd')

/** Generates a private signing key with its thumbprint as `kid`. */
export async function generateSigningKey(alg: SigningAlgorithm): Promise<Jwk> {
  const row = algorithms.find((candidate) => candidate.alg === alg && candidate.sign)
  if (!row) throw new TypeError(`Keys for the algorithm ${quote(alg)} cannot be generated.`)
  const jwk = await getImplementation(alg).generate(alg, row.generate)
  return { ...jwk, kid: await computeKeyId(jwk), alg, use: 'sig' }
}

/** Returns the recommended `kid`: the SHA-256 JWK Thumbprint of the public key (RFC 7638). */
export async function computeKeyId(jwk: JWK): Promise<string> {
  return calculateJwkThumbprint(jwk)
}

/** Returns the public part of a key. `key_ops` and `ext` are removed because they describe the private part. */
export function toPublicJwk(jwk: Jwk): Jwk {
  const entries = Object.entries(jwk).filter(
    ([name]) => !secretMembers.has(name) && name !== 'key_ops' && name !== 'ext',
  )
  // Only members that a public key does not have were removed.
  return Object.fromEntries(entries) as Jwk
}

/**
 * Accepts one public key: known key type, non-empty `kid`, complete, strong enough, no private member.
 * @throws FederationError `invalid_request`
 */
export function parseJwk(value: unknown, path: Path = ['jwk']): Jwk {
  const jwk = parseTypedJwk(value, path)
  checkPublic(jwk, path)
  return jwk
}

/**
 * Accepts a set of public keys with distinct `kid`s. Keys of unknown types are accepted but never used (RFC 7517 §5).
 * At least one key must be usable: §3.1.1 requires the keys with which the Entity signs.
 * @throws FederationError `invalid_request`
 */
export function parseJwkSet(value: unknown, path: Path = ['jwks']): JwkSet {
  const keys = parseArray(parseObject(value, path).keys, [...path, 'keys'], parseListedJwk)
  if (!keys.some(isOfKnownType)) throw refuseAt(path, 'must contain a key that can sign statements')
  const seen = new Set<string>()
  for (const { kid } of keys) {
    if (seen.has(kid)) {
      throw refuseAt(path, `contains two keys with the kid ${quote(kid)}`)
    }
    seen.add(kid)
  }
  return { keys }
}

/**
 * Accepts a private signing key from a key file.
 * @throws FederationError `invalid_request`
 */
export function parsePrivateJwk(value: unknown, path: Path = ['private key']): Jwk {
  const jwk = parseTypedJwk(value, path)
  const secret = jwk[privateMemberOf(jwk)]
  if (typeof secret !== 'string' || secret === '') {
    throw refuseAt(path, 'is a public key, but a private key is required')
  }
  if (findAlgorithms(jwk).length === 0) {
    throw refuseAt(path, `cannot sign: no supported algorithm fits it (${describeKey(jwk)})`)
  }
  return jwk
}

/** Describes a key in an error message. */
export function describeKey({ kty, crv, alg }: JWK): string {
  return `kty ${quote(kty)}${crv ? `, crv ${quote(crv)}` : ''}${alg ? `, alg ${quote(alg)}` : ''}`
}

function parseListedJwk(value: unknown, path: Path): Jwk {
  const jwk = parseAnyJwk(value, path)
  if (isOfKnownType(jwk)) return parseJwk(value, path)
  checkPublic(jwk, path)
  return jwk
}

function parseTypedJwk(value: unknown, path: Path): Jwk {
  const jwk = parseAnyJwk(value, path)
  const names = getMember(publicMembers, jwk.kty ?? '')
  if (!names) {
    throw refuseAt(path, `has the unsupported key type ${quote(jwk.kty)}`)
  }
  for (const name of names) parseString(getMember(jwk, name), [...path, name])
  checkStrength(jwk, path)
  return jwk
}

/** Checks the members that keys of all types share. */
function parseAnyJwk(value: unknown, path: Path): Jwk {
  const jwk = parseObject(value, path)
  for (const name of ['kid', 'kty']) parseString(jwk[name], [...path, name])
  for (const name of ['alg', 'use', 'crv']) if (name in jwk) parseString(jwk[name], [...path, name])
  // The members of the type were checked above.
  return jwk as Jwk
}

function isOfKnownType({ kty = '' }: Jwk): boolean {
  return Object.hasOwn(publicMembers, kty)
}

function checkPublic(jwk: Jwk, path: Path): void {
  const secret = Object.keys(jwk).find((name) => secretMembers.has(name))
  if (secret) {
    throw refuseAt(path, `has the private member "${secret}". Publish only the public key`)
  }
}

function checkStrength(jwk: Jwk, path: Path): void {
  if (jwk.kty === 'RSA') {
    const bits = countBits(base64url.decode(parseBase64url(jwk.n, [...path, 'n'])))
    parseBase64url(jwk.e, [...path, 'e'])
    if (bits < MIN_RSA_BITS) {
      throw refuseAt(path, `is an RSA key of ${bits} bits. At least ${MIN_RSA_BITS} bits are required`)
    }
    return
  }
  const isAkp = jwk.kty === 'AKP'
  const kind = (isAkp ? jwk.alg : jwk.crv) ?? ''
  const expected = getMember(isAkp ? publicBytes : coordinateBytes, kind)
  for (const name of isAkp ? (['pub'] as const) : (['x', 'y'] as const)) {
    if (jwk[name] === undefined) continue
    const length = countBytes(parseBase64url(jwk[name], [...path, name]))
    if (expected !== undefined && length !== expected) {
      throw refuseAt([...path, name], `has ${length} bytes, but ${kind} requires ${expected}`)
    }
  }
}

function parseBase64url(value: unknown, path: Path): string {
  const text = parseString(value, path)
  // Four characters encode three bytes. A single remaining character encodes none.
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) {
    throw refuseAt(path, 'is not base64url')
  }
  return text
}

const countBytes = (text: string): number => Math.floor((text.length * 3) / 4)

function countBits(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first < 0) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}
