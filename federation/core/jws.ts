/** Signs, parses and verifies JWTs: compact JWSs (§1.1) with explicit type and `kid`. */
import { findAlgorithm, findAlgorithms, isAlgorithmOf } from './algorithm.ts'
import { getImplementation } from './compact-jws.ts'
import { FederationError, type FederationErrorCode, quote } from './errors.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import { describeKey, explainUnusable, type Jwk, type JwkSet, toPublicJwk } from './keys.ts'
import { createRecent } from './recent.ts'
import type { Clock } from './validity.ts'

export type JwsHeader = { alg: string; kid: string; typ: string; [name: string]: unknown }
export type ParsedJwt = { jwt: string; header: JwsHeader; claims: Record<string, unknown> }

/** Signs with a private key that it does not reveal, so the key may be in hardware. */
export type Signer = {
  readonly kid: string
  readonly alg: string
  readonly publicKey: Jwk
  /** Returns the compact serialization. `header` is the complete protected header. */
  sign(payload: Uint8Array, header: Record<string, unknown>): Promise<string>
}

const MAX_JWT_LENGTH = 2 * 1024 * 1024

/** Creates a signer for a private JWK in memory. A key without `alg` uses the first algorithm that fits. */
export async function createLocalSigner(privateJwk: Jwk): Promise<Signer> {
  const alg = findAlgorithms(privateJwk)[0]?.alg
  if (!alg) {
    const message = `No supported algorithm can sign with this key (${describeKey(privateJwk)}).`
    throw new FederationError('invalid_request', message)
  }
  const sign = await getImplementation(alg).createSigner(privateJwk, alg)
  return {
    kid: privateJwk.kid,
    alg,
    publicKey: toPublicJwk(privateJwk),
    // The implementation's type requires `alg`, which the header already has.
    sign: (payload, header) => sign(payload, { ...header, alg }),
  }
}

/** Signs claims. `header` adds members to the protected header, but cannot change `typ`, `alg` or `kid`. */
export async function signJwt(
  claims: object,
  options: { key: Signer | Jwk; typ: string; header?: Record<string, unknown> },
): Promise<string> {
  const signer = isSigner(options.key) ? options.key : await createLocalSigner(options.key)
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  return signer.sign(payload, { ...options.header, typ: options.typ, alg: signer.alg, kid: signer.kid })
}

function isSigner(key: Signer | Jwk): key is Signer {
  return 'sign' in key
}

/**
 * Parses a signed JWT without verifying its signature.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function parseJwt(jwt: unknown, options: { typ: string; code?: FederationErrorCode }): ParsedJwt {
  const { typ, code = 'invalid_request' } = options
  const { text, header, claims } = decodeJwt(jwt, code)
  const refuse = (check: string, message: string) =>
    new FederationError(code, `The JWT ${message}.`, { check })
  if (header.typ !== typ) throw refuse('typ', `must have the typ "${typ}", not ${quote(header.typ)}`)
  if (!findAlgorithm(header.alg)) {
    throw refuse('alg', `has the unsupported alg ${quote(header.alg)}`)
  }
  if (typeof header.kid !== 'string' || header.kid === '') throw refuse('kid', 'has no kid in its header')
  // No header extension is supported, so every `crit` must be refused (RFC 7515 §4.1.11).
  if ('crit' in header) throw refuse('crit', 'has unsupported critical header parameters')
  // The three members of the type were checked above.
  return { jwt: text, header: header as JwsHeader, claims }
}

/**
 * Parses and verifies a signed JWT with the key that its `kid` selects.
 * @throws FederationError `code`, by default `invalid_request`
 */
export async function verifyJwt(
  jwt: string,
  options: { typ: string; keys: JwkSet; at: Clock | null; code?: FederationErrorCode },
): Promise<ParsedJwt> {
  const parsed = parseJwt(jwt, options)
  await verifySignature(parsed, options.keys, options.at, options.code)
  return parsed
}

/**
 * Verifies the signature of a parsed JWT. A key that must not be used `at` that time verifies nothing (§8.7.2); null: the
 * time does not matter, as for what was signed long ago.
 * @throws FederationError `code`, by default `invalid_request`
 */
export async function verifySignature(
  { jwt, header }: Pick<ParsedJwt, 'jwt' | 'header'>,
  keys: JwkSet,
  at: Clock | null,
  code: FederationErrorCode = 'invalid_request',
): Promise<void> {
  const refuse = (message: string, cause?: unknown) =>
    new FederationError(code, `The JWT ${message}.`, { check: 'signature' }, { cause })
  const key = keys.keys.find(({ kid }) => kid === header.kid)
  if (!key) throw refuse(`is signed with the key ${quote(header.kid)}, which is not one of its issuer's keys`)
  const unusable = at && explainUnusable(key, at)
  if (unusable) throw refuse(`is signed with the key ${quote(key.kid)}, which ${unusable}`)
  if (key.use !== undefined && key.use !== 'sig') {
    throw refuse(`is signed with the key ${quote(key.kid)}, whose use is not "sig"`)
  }
  if (!isAlgorithmOf(key, header.alg)) {
    throw refuse(`has the alg ${quote(header.alg)}, which does not fit its key (${describeKey(key)})`)
  }
  try {
    await verifyOnce(jwt, publicPartOf(key), header.alg)
  } catch (cause) {
    throw refuse(`has a signature that does not verify with the key ${quote(key.kid)}`, cause)
  }
}

type Verification = { jwt: string; alg: string; key: string; done: Promise<void> }

/** Characters of one that is remembered. */
const REMEMBERED = 64 * 1024

const lengthOf = ({ jwt, key }: Verification) => jwt.length + key.length

/**
 * By signature: a Trust Chain is verified more than once, and one statement is in many chains. Concurrent verifications of the same
 * are one.
 */
const verified = createRecent<Verification>({ maxSize: 2 * 1024 * 1024, sizeOf: lengthOf })

async function verifyOnce(jwt: string, { jwk, text: key }: PublicPart, alg: string): Promise<void> {
  const signature = jwt.slice(jwt.lastIndexOf('.') + 1)
  const earlier = verified.get(signature)
  if (earlier?.jwt === jwt && earlier.key === key && earlier.alg === alg) return earlier.done
  const verification = { jwt, alg, key, done: getImplementation(alg).verify(jwt, jwk, alg) }
  if (lengthOf(verification) > REMEMBERED) return verification.done
  verified.set(signature, verification)
  try {
    await verification.done
  } catch (error) {
    if (verified.peek(signature) === verification) verified.delete(signature)
    throw error
  }
}

/** `text`: equal for equal keys. */
type PublicPart = { jwk: Jwk; text: string }

/** A key is imported once as long as its object lives. */
const publicParts = new WeakMap<Jwk, PublicPart>()

/** The issuer's `key_ops` must not affect the import. */
function publicPartOf(key: Jwk): PublicPart {
  const known = publicParts.get(key)
  if (known) return known
  const jwk = toPublicJwk(key)
  const part = { jwk, text: JSON.stringify(jwk) }
  publicParts.set(key, part)
  return part
}

/**
 * Decodes a compact JWS whose payload is a JSON object. Does not check `typ` and `alg`.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function decodeJwt(
  jwt: unknown,
  code: FederationErrorCode = 'invalid_request',
): { text: string; header: JsonObject; claims: JsonObject } {
  const refuse = (message: string) => new FederationError(code, `The JWT ${message}.`, { check: 'jwt' })
  if (typeof jwt !== 'string') throw refuse('must be a string')
  if (jwt.length > MAX_JWT_LENGTH) throw refuse(`is longer than ${MAX_JWT_LENGTH} characters`)
  const parts = jwt.split('.')
  const [header, claims, signature] = parts
  if (parts.length !== 3 || !header || !claims || !signature) {
    throw refuse('must have the compact form: header, claims and signature, separated by dots')
  }
  try {
    decodeBase64url(signature, 'signature')
    return { text: jwt, header: decodeObject(header, 'header'), claims: decodeObject(claims, 'claims set') }
  } catch (error) {
    // The decoders throw SyntaxError or TypeError.
    throw refuse(`is malformed: ${(error as Error).message}`)
  }
}

/** One for all: to create it takes longer than to use it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeObject(part: string, name: string): JsonObject {
  const text = utf8.decode(decodeBase64url(part, name))
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new SyntaxError(`its ${name} is not a JSON object`)
  return value
}

/**
 * Encodes the bytes again to refuse padding, invalid characters and extra bits: a signature has one encoding. Only servers read JWTs,
 * so there is a Buffer, which is ten times as fast.
 */
function decodeBase64url(part: string, name: string): Uint8Array {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw new SyntaxError(`its ${name} is not canonical base64url`)
  return bytes
}
