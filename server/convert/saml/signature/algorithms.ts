/** The algorithms of XML signatures that are accepted, by their identifiers. What is not a row is refused. */
import type { Refuse } from '#server/convert/refusal.ts'

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

export const ENVELOPED = `${DSIG}enveloped-signature`

export type Hash = 'sha256' | 'sha384' | 'sha512'

const digests: ReadonlyMap<string, Hash> = new Map([
  [`${ENC}sha256`, 'sha256'],
  [`${MORE}sha384`, 'sha384'],
  [`${ENC}sha512`, 'sha512'],
])

export type SignatureAlgorithm = { hash: Hash; keyType: 'rsa' | 'ec' }

const signatures: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [`${MORE}rsa-sha256`, { hash: 'sha256', keyType: 'rsa' }],
  [`${MORE}rsa-sha384`, { hash: 'sha384', keyType: 'rsa' }],
  [`${MORE}rsa-sha512`, { hash: 'sha512', keyType: 'rsa' }],
  [`${MORE}ecdsa-sha256`, { hash: 'sha256', keyType: 'ec' }],
  [`${MORE}ecdsa-sha384`, { hash: 'sha384', keyType: 'ec' }],
  [`${MORE}ecdsa-sha512`, { hash: 'sha512', keyType: 'ec' }],
])

/** Why a known algorithm is refused; the first pattern that matches. */
const weak: readonly [pattern: RegExp, reason: string][] = [
  [/hmac/i, ', because everyone who can verify an HMAC can also make one'],
  [/sha1$|md5$/i, ', because its hash has collisions'],
  [/sha224$/i, ', because its hash is shorter than SHA-256'],
]

export const digestOf = (name: string, refuse: Refuse): Hash =>
  digests.get(name) ?? refuseAlgorithm('digest', name, refuse)

export const signatureAlgorithmOf = (name: string, refuse: Refuse): SignatureAlgorithm =>
  signatures.get(name) ?? refuseAlgorithm('signature', name, refuse)

function refuseAlgorithm(kind: string, name: string, refuse: Refuse): never {
  const [, reason = ''] = weak.find(([pattern]) => pattern.test(name)) ?? []
  const shown = JSON.stringify(name.slice(0, 100))
  return refuse(
    `The ${kind} algorithm ${shown} is not accepted${reason}. Accepted are RSA and ECDSA with SHA-256, SHA-384 and SHA-512.`,
  )
}
