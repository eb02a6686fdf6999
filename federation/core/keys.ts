/** Federation Entity Keys as JWKs: generating, naming, and accepting them (§3.1.1). */
import { base64url, calculateJwkThumbprint, type JWK } from 'jose'
import { algorithms, algorithmsFor, type SigningAlgorithm } from './algorithm.ts'
import { parseArray, parseObject, parseString } from './claim.ts'
import { implementationOf } from './compact-jws.ts'
import { quote, refuseAt } from './errors.ts'
import { member } from './json.ts'
import type { Path } from './path.ts'

export { algorithms, type SigningAlgorithm, signingAlgorithms } from './algorithm.ts'

/** A key with the `kid` that §3.1.1 requires; public unless said otherwise. */
export type Jwk = JWK & { kid: string }
export type JwkSet = { keys: Jwk[] }

const MIN_RSA_BITS = 2048

/** Members that give a private or symmetric key away; none of them may ever be published. */
const secretMembers: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])

/** Members that each key type needs for its public part (RFC 7518 §6, RFC 8037 §2). */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
}

/** Length of a coordinate in bytes. A key on another curve is kept, but no algorithm will use it. */
const coordinateBytes: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  Ed25519: 32,
  Ed448: 57,
}

/** Generates a private signing key; its `kid` is its thumbprint. */
export async function generateSigningKey(alg: SigningAlgorithm): Promise<Jwk> {
  const row = algorithms.find((candidate) => candidate.alg === alg && candidate.sign)
  if (!row) throw new TypeError(`no signing keys are generated for algorithm ${quote(alg)}`)
  const jwk = await implementationOf(alg).generate(alg, row.generate)
  return { ...jwk, kid: await keyId(jwk), alg, use: 'sig' }
}

/** The recommended `kid`: the SHA-256 JWK Thumbprint of the public key (RFC 7638). */
export async function keyId(jwk: JWK): Promise<string> {
  return calculateJwkThumbprint(jwk)
}

/** The part of a key that may be published. `key_ops` and `ext` describe the private half and go with it. */
export function publicJwk(jwk: Jwk): Jwk {
  const entries = Object.entries(jwk).filter(
    ([name]) => !secretMembers.has(name) && name !== 'key_ops' && name !== 'ext',
  )
  // Only members that a public key does not need were removed.
  return Object.fromEntries(entries) as Jwk
}

/**
 * Accepts one public key: known key type, non-empty `kid`, complete, strong enough, nothing private.
 * @throws FederationError `invalid_request`
 */
export function parseJwk(value: unknown, path: Path = ['jwk']): Jwk {
  const jwk = parseTypedJwk(value, path)
  checkPublic(jwk, path)
  return jwk
}

/**
 * Accepts a set of public keys with distinct `kid`s. A key of an unknown type stays where it is and is never used
 * (RFC 7517 §5). A set without any other is refused although RFC 7517 allows it: nothing can be verified with it,
 * and §3.1.1 wants the keys that the Entity signs with.
 * @throws FederationError `invalid_request`
 */
export function parseJwkSet(value: unknown, path: Path = ['jwks']): JwkSet {
  const keys = parseArray(parseObject(value, path).keys, [...path, 'keys'], parseListedJwk)
  if (!keys.some(isOfKnownType)) throw refuseAt(path, 'holds no key that can sign statements')
  const seen = new Set<string>()
  for (const { kid } of keys) {
    if (seen.has(kid)) {
      throw refuseAt(path, `holds two keys with the kid ${quote(kid)}`)
    }
    seen.add(kid)
  }
  return { keys }
}

/**
 * Accepts a private signing key, as a key file holds it.
 * @throws FederationError `invalid_request`
 */
export function parsePrivateJwk(value: unknown, path: Path = ['private key']): Jwk {
  const jwk = parseTypedJwk(value, path)
  if (typeof jwk.d !== 'string' || jwk.d === '') {
    throw refuseAt(path, 'has no private part; it is a public key')
  }
  if (algorithmsFor(jwk).length === 0) {
    throw refuseAt(path, `cannot sign: no algorithm for ${describe(jwk)} is supported`)
  }
  return jwk
}

/** A key's kind in an error message. */
export function describe({ kty, crv, alg }: JWK): string {
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
  const names = member(publicMembers, jwk.kty ?? '')
  if (!names) {
    throw refuseAt(path, `has the key type ${quote(jwk.kty)}, which cannot sign statements`)
  }
  for (const name of names) parseString(member(jwk, name), [...path, name])
  checkStrength(jwk, path)
  return jwk
}

/** What a key of any type has, and what it may have. */
function parseAnyJwk(value: unknown, path: Path): Jwk {
  const jwk = parseObject(value, path)
  for (const name of ['kid', 'kty']) parseString(jwk[name], [...path, name])
  for (const name of ['alg', 'use', 'crv']) if (name in jwk) parseString(jwk[name], [...path, name])
  // The members that later code reads whatever the type have just been checked.
  return jwk as Jwk
}

function isOfKnownType({ kty = '' }: Jwk): boolean {
  return Object.hasOwn(publicMembers, kty)
}

function checkPublic(jwk: Jwk, path: Path): void {
  const secret = Object.keys(jwk).find((name) => secretMembers.has(name))
  if (secret) {
    throw refuseAt(path, `has the private member "${secret}"; publish only the public key`)
  }
}

function checkStrength(jwk: Jwk, path: Path): void {
  if (jwk.kty === 'RSA') {
    const bits = bitLength(decode(jwk.n, [...path, 'n']))
    decode(jwk.e, [...path, 'e'])
    if (bits < MIN_RSA_BITS) {
      throw refuseAt(path, `is an RSA key of ${bits} bits; at least ${MIN_RSA_BITS} are needed`)
    }
    return
  }
  const expected = member(coordinateBytes, jwk.crv ?? '')
  for (const name of ['x', 'y'] as const) {
    if (jwk[name] === undefined) continue
    const length = decode(jwk[name], [...path, name]).length
    if (expected !== undefined && length !== expected) {
      throw refuseAt([...path, name], `has ${length} bytes; ${jwk.crv} needs ${expected}`)
    }
  }
}

function decode(value: unknown, path: Path): Uint8Array {
  const text = parseString(value, path)
  // Four characters are three bytes, and one character left over is none.
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) {
    throw refuseAt(path, 'is not base64url')
  }
  return base64url.decode(text)
}

function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first < 0) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}
