/** Prepares what a key store signs and brings its signatures into the form of a JWS (RFC 7518 §3). */
import { createHash } from 'node:crypto'
import type { StoreName } from './store.ts'

export type DigestName = 'sha256' | 'sha384' | 'sha512'
export type Curve = 'P-256' | 'P-384' | 'P-521'

/** By the type of its keys; `PSS`: RSA keys with that padding. */
export type StoreAlgorithm = { alg: string } & (
  | { family: 'RSA' | 'PSS'; digest: DigestName }
  | { family: 'EC'; digest: DigestName; crv: Curve }
  | { family: 'OKP'; crv: 'Ed25519' }
  | { family: 'AKP' }
)

const bitsOf: Readonly<Record<string, DigestName>> = { 256: 'sha256', 384: 'sha384', 512: 'sha512' }
const curveOf = { sha256: 'P-256', sha384: 'P-384', sha512: 'P-521' } as const

/** The algorithms that a key store can have; undefined for others, such as Ed448. */
export function findStoreAlgorithm(alg: string): StoreAlgorithm | undefined {
  if (alg === 'Ed25519') return { alg, family: 'OKP', crv: alg }
  if (/^ML-DSA-(44|65|87)$/.test(alg)) return { alg, family: 'AKP' }
  const [, kind, bits = ''] = /^(RS|PS|ES)(256|384|512)$/.exec(alg) ?? []
  const digest = bitsOf[bits]
  if (!digest) return undefined
  if (kind === 'ES') return { alg, family: 'EC', digest, crv: curveOf[digest] }
  return { alg, family: kind === 'RS' ? 'RSA' : 'PSS', digest }
}

/** Whether a key in a store can have an algorithm; in a token, if it has the mechanism. */
export function canHave(store: StoreName, alg: string): boolean {
  if (store === 'files') return true
  const kind = findStoreAlgorithm(alg)
  return kind !== undefined && !(store === 'awskms' && kind.family === 'OKP')
}

/** Whether that is certain before the store is asked. Tokens have had RSA and ECDSA from the beginning. */
export function hasAlways(store: StoreName, alg: string): boolean {
  const { family } = findStoreAlgorithm(alg) ?? {}
  return canHave(store, alg) && (store !== 'pkcs11' || (family !== 'OKP' && family !== 'AKP'))
}

export function hash(digest: DigestName, input: Uint8Array): Buffer {
  return createHash(digest).update(input).digest()
}

/** What a token signs: the digest of the input, or the input where the algorithm itself reads all of it. */
export function toSigned(kind: StoreAlgorithm, input: Uint8Array): Uint8Array {
  return 'digest' in kind ? hash(kind.digest, input) : input
}

const MU_BYTES = 64

/** What ML-DSA signs of an input of any length, from the public key: µ without a context (FIPS 204 §6.2, RFC 9964 §4). */
export function toMu(publicKey: Uint8Array, input: Uint8Array): Buffer {
  const shake = () => createHash('shake256', { outputLength: MU_BYTES })
  const ofKey = shake().update(publicKey).digest()
  return shake()
    .update(ofKey)
    .update(Buffer.from([0, 0]))
    .update(input)
    .digest()
}

/** Bytes of each coordinate of a point, and of each of the two numbers of an ECDSA signature. */
export const numberBytes = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const

/** Converts an ECDSA signature from DER to the two numbers side by side. @throws RangeError if it is not DER */
export function derToJws(der: Uint8Array, crv: Curve): Buffer {
  const size = numberBytes[crv]
  const bytes = Buffer.from(der)
  const sequence = readElement(bytes, 0, 0x30)
  const r = readElement(sequence.content, 0, 0x02)
  const s = readElement(sequence.content, r.end, 0x02)
  return Buffer.concat([pad(r.content, size), pad(s.content, size)])
}

function readElement(bytes: Buffer, offset: number, tag: number): { content: Buffer; end: number } {
  if (bytes.readUInt8(offset) !== tag) throw new RangeError('The signature is not an ECDSA signature in DER.')
  const short = bytes.readUInt8(offset + 1)
  // 0x81: one byte of length follows. No signature of these curves needs more.
  const [start, length] = short === 0x81 ? [offset + 3, bytes.readUInt8(offset + 2)] : [offset + 2, short]
  const end = start + length
  if (end > bytes.length) throw new RangeError('The signature is not an ECDSA signature in DER.')
  return { content: bytes.subarray(start, end), end }
}

function pad(number: Buffer, size: number): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const significant = first < 0 ? Buffer.alloc(0) : number.subarray(first)
  if (significant.length > size) throw new RangeError('The signature has numbers that are too long.')
  return Buffer.concat([Buffer.alloc(size - significant.length), significant])
}
