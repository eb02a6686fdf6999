/** Signed JWTs: compact JWS only (§1.1), explicitly typed, signed with the key that `kid` names. */
import { base64url } from 'jose'
import { algorithmsFor, findAlgorithm } from './algorithm.ts'
import { implementationOf } from './compact-jws.ts'
import { FederationError, type FederationErrorCode, quote } from './errors.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import { describe, type Jwk, type JwkSet, publicJwk } from './keys.ts'

export type JwsHeader = { alg: string; kid: string; typ: string; [name: string]: unknown }
export type ParsedJwt = { jwt: string; header: JwsHeader; claims: Record<string, unknown> }

/** Signs bytes with a key that it alone knows, so that a key in hardware can take the place of a file. */
export type Signer = {
  readonly kid: string
  readonly alg: string
  readonly publicKey: Jwk
  /** Returns the compact serialization; `header` is the complete protected header. */
  sign(payload: Uint8Array, header: Record<string, unknown>): Promise<string>
}

const MAX_JWT_LENGTH = 2 * 1024 * 1024

/** A signer on a private JWK held in memory; a key without `alg` signs with the first algorithm that fits it. */
export async function localSigner(privateJwk: Jwk): Promise<Signer> {
  const alg = algorithmsFor(privateJwk)[0]?.alg
  if (!alg) throw new FederationError('invalid_request', `no algorithm can sign with ${describe(privateJwk)}`)
  const sign = await implementationOf(alg).signer(privateJwk, alg)
  return {
    kid: privateJwk.kid,
    alg,
    publicKey: publicJwk(privateJwk),
    // The implementation wants to see the `alg` that is in the header already.
    sign: (payload, header) => sign(payload, { ...header, alg }),
  }
}

/** Signs claims; `header` adds members to the protected header but cannot change `typ`, `alg` or `kid`. */
export async function signJwt(
  claims: object,
  options: { key: Signer | Jwk; typ: string; header?: Record<string, unknown> },
): Promise<string> {
  const signer = isSigner(options.key) ? options.key : await localSigner(options.key)
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  return signer.sign(payload, { ...options.header, typ: options.typ, alg: signer.alg, kid: signer.kid })
}

function isSigner(key: Signer | Jwk): key is Signer {
  return 'sign' in key
}

/**
 * Reads a signed JWT without verifying its signature.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function parseJwt(jwt: unknown, options: { typ: string; code?: FederationErrorCode }): ParsedJwt {
  const { typ, code = 'invalid_request' } = options
  const { text, header, claims } = decodeJwt(jwt, code)
  const refuse = (check: string, message: string) =>
    new FederationError(code, `the JWT ${message}`, { check })
  if (header.typ !== typ) throw refuse('typ', `must have the typ "${typ}", not ${quote(header.typ)}`)
  if (!findAlgorithm(header.alg)) {
    throw refuse('alg', `has the alg ${quote(header.alg)}, which is not accepted`)
  }
  if (typeof header.kid !== 'string' || header.kid === '') throw refuse('kid', 'has no kid in its header')
  // No header extension is understood here, so every `crit` names one that is not (RFC 7515 §4.1.11).
  if ('crit' in header) throw refuse('crit', 'has critical header parameters that are not understood')
  // The three members that the type names have just been checked.
  return { jwt: text, header: header as JwsHeader, claims }
}

/**
 * Reads and verifies a signed JWT with the key of the set that its `kid` names; `alg` must suit that key.
 * @throws FederationError `code`, by default `invalid_request`
 */
export async function verifyJwt(
  jwt: string,
  options: { typ: string; keys: JwkSet; code?: FederationErrorCode },
): Promise<ParsedJwt> {
  const parsed = parseJwt(jwt, options)
  await verifySignature(parsed, options.keys, options.code)
  return parsed
}

/**
 * Verifies the signature of a JWT that has been parsed already.
 * @throws FederationError `code`, by default `invalid_request`
 */
export async function verifySignature(
  { jwt, header }: Pick<ParsedJwt, 'jwt' | 'header'>,
  keys: JwkSet,
  code: FederationErrorCode = 'invalid_request',
): Promise<void> {
  const refuse = (message: string, cause?: unknown) =>
    new FederationError(code, `the JWT ${message}`, { check: 'signature' }, { cause })
  const key = keys.keys.find(({ kid }) => kid === header.kid)
  if (!key) throw refuse(`is signed with the key ${quote(header.kid)}, which is not among its issuer's keys`)
  if (key.use !== undefined && key.use !== 'sig') {
    throw refuse(`is signed with the key ${quote(key.kid)}, whose use is not "sig"`)
  }
  if (!algorithmsFor(key).some(({ alg }) => alg === header.alg)) {
    throw refuse(`has the alg ${quote(header.alg)}, which does not suit its key (${describe(key)})`)
  }
  try {
    // Imported from its public part alone: a `key_ops` that a stranger set must not decide.
    await implementationOf(header.alg).verify(jwt, publicJwk(key), header.alg)
  } catch (cause) {
    throw refuse(`has a signature that does not verify with the key ${quote(key.kid)}`, cause)
  }
}

/**
 * Splits and decodes a compact JWS whose payload is a JSON object; judges neither `typ` nor `alg`.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function decodeJwt(
  jwt: unknown,
  code: FederationErrorCode = 'invalid_request',
): { text: string; header: JsonObject; claims: JsonObject } {
  const refuse = (message: string) => new FederationError(code, message, { check: 'jwt' })
  if (typeof jwt !== 'string') throw refuse('a signed JWT must be a string')
  if (jwt.length > MAX_JWT_LENGTH) throw refuse(`the JWT is longer than ${MAX_JWT_LENGTH} characters`)
  const parts = jwt.split('.')
  const [header, claims, signature] = parts
  if (parts.length !== 3 || !header || !claims || !signature) {
    throw refuse('the JWT is not a signed JWT in compact form: header, claims and signature joined by dots')
  }
  try {
    decodeBase64url(signature, 'signature')
    return { text: jwt, header: decodeObject(header, 'header'), claims: decodeObject(claims, 'claims set') }
  } catch (error) {
    // Everything below throws SyntaxError or TypeError with a message of its own.
    throw refuse(`the JWT is malformed: ${(error as Error).message}`)
  }
}

function decodeObject(part: string, name: string): JsonObject {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decodeBase64url(part, name))
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new SyntaxError(`its ${name} is not a JSON object`)
  return value
}

/** Encoding the bytes again refuses padding, foreign characters and stray bits: one signature, one spelling. */
function decodeBase64url(part: string, name: string): Uint8Array {
  const bytes = base64url.decode(part)
  if (base64url.encode(bytes) !== part) throw new SyntaxError(`its ${name} is not canonical base64url`)
  return bytes
}
