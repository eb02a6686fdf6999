/** Describes signing keys to a PKCS#11 token: templates, mechanisms, and public keys as JWKs. */
import { base64url, type JWK } from 'jose'
import { MIN_RSA_BITS, RSA_BITS } from '#core/algorithm.ts'
import type { Attribute, Cryptoki } from './cryptoki.ts'
import { type DigestName, numberBytes, type StoreAlgorithm } from './signature.ts'

/** Curves as tokens name them: by object identifier in DER, or by a name, as the first modules for Edwards curves did. */
const curves = {
  'P-256': ['06082a8648ce3d030107'],
  'P-384': ['06052b81040022'],
  'P-521': ['06052b81040023'],
  Ed25519: ['06032b6570', '130c656477617264733235353139'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>

/** Names of PKCS#11 3.0 and 3.2, which the package does not have. */
const CKK_EC_EDWARDS = 0x40
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055
const CKM_EDDSA = 0x1057
const CKK_ML_DSA = 0x4a
const CKM_ML_DSA_KEY_PAIR_GEN = 0x1c
const CKM_ML_DSA = 0x1d
const CKA_PARAMETER_SET = 0x61d

const parameterSets: Readonly<Record<string, number>> = { 'ML-DSA-44': 1, 'ML-DSA-65': 2, 'ML-DSA-87': 3 }

const RSA_EXPONENT = Buffer.from([1, 0, 1])

/** What RSASSA-PKCS1-v1_5 signs before the digest: its DigestInfo in DER (RFC 8017 §9.2). */
const digestInfo: Readonly<Record<DigestName, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
}

type Family = { keyType: number; generation: number; signing: number }

function familyOf(ck: Cryptoki, { family }: StoreAlgorithm): Family {
  const rsa = { keyType: ck.CKK_RSA, generation: ck.CKM_RSA_PKCS_KEY_PAIR_GEN }
  const families: Readonly<Record<StoreAlgorithm['family'], Family>> = {
    RSA: { ...rsa, signing: ck.CKM_RSA_PKCS },
    PSS: { ...rsa, signing: ck.CKM_RSA_PKCS_PSS },
    EC: { keyType: ck.CKK_EC, generation: ck.CKM_EC_KEY_PAIR_GEN, signing: ck.CKM_ECDSA },
    OKP: { keyType: CKK_EC_EDWARDS, generation: CKM_EC_EDWARDS_KEY_PAIR_GEN, signing: CKM_EDDSA },
    AKP: { keyType: CKK_ML_DSA, generation: CKM_ML_DSA_KEY_PAIR_GEN, signing: CKM_ML_DSA },
  }
  return families[family]
}

/** The mechanisms that a token needs for an algorithm. */
export function mechanismsOf(ck: Cryptoki, kind: StoreAlgorithm): [generation: number, signing: number] {
  const { generation, signing } = familyOf(ck, kind)
  return [generation, signing]
}

/** What makes a public key one of the algorithm. `values`: those that the token may have. */
export function marksOf(ck: Cryptoki, kind: StoreAlgorithm): { type: number; values: Buffer[] }[] {
  const keyType = { type: ck.CKA_KEY_TYPE, values: [toNumberValue(familyOf(ck, kind).keyType)] }
  if ('crv' in kind) {
    const names = curves[kind.crv].map((name) => Buffer.from(name, 'hex'))
    return [keyType, { type: ck.CKA_EC_PARAMS, values: names }]
  }
  if (kind.family !== 'AKP') return [keyType]
  return [keyType, { type: CKA_PARAMETER_SET, values: [toNumberValue(parameterSets[kind.alg] ?? 0)] }]
}

/** A number as the module has it in memory (CK_ULONG). */
function toNumberValue(number: number): Buffer {
  const value = Buffer.alloc(8)
  value.writeUInt32LE(number)
  return value
}

function chosen(ck: Cryptoki, kind: StoreAlgorithm, longest: number): Attribute[] {
  if ('crv' in kind) return [{ type: ck.CKA_EC_PARAMS, value: Buffer.from(curves[kind.crv][0], 'hex') }]
  if (kind.family === 'AKP') return [{ type: CKA_PARAMETER_SET, value: parameterSets[kind.alg] ?? 0 }]
  return [
    { type: ck.CKA_MODULUS_BITS, value: longest >= MIN_RSA_BITS ? Math.min(RSA_BITS, longest) : RSA_BITS },
    { type: ck.CKA_PUBLIC_EXPONENT, value: RSA_EXPONENT },
  ]
}

/**
 * How a token makes a key pair that only signs, and that nothing can export. Some tokens allow what is not forbidden.
 * `longest`: the bits of its longest RSA key.
 */
export function keyPair(ck: Cryptoki, kind: StoreAlgorithm, id: Buffer, longest: number) {
  const both: Attribute[] = [
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_ID, value: id },
    { type: ck.CKA_LABEL, value: Buffer.from('inmor') },
  ]
  return {
    mechanism: { mechanism: familyOf(ck, kind).generation },
    publicTemplate: [
      ...both,
      { type: ck.CKA_VERIFY, value: true },
      { type: ck.CKA_ENCRYPT, value: false },
      { type: ck.CKA_WRAP, value: false },
      ...chosen(ck, kind, longest),
    ],
    privateTemplate: [
      ...both,
      { type: ck.CKA_PRIVATE, value: true },
      { type: ck.CKA_SENSITIVE, value: true },
      { type: ck.CKA_EXTRACTABLE, value: false },
      { type: ck.CKA_SIGN, value: true },
      { type: ck.CKA_DECRYPT, value: false },
      { type: ck.CKA_UNWRAP, value: false },
    ],
  }
}

/** The attributes of a public key, in the order in which `toJwk` takes their values. */
export function publicAttributes(ck: Cryptoki, kind: StoreAlgorithm): Attribute[] {
  if ('crv' in kind) return [{ type: ck.CKA_EC_POINT }]
  if (kind.family === 'AKP') return [{ type: ck.CKA_VALUE }]
  return [{ type: ck.CKA_MODULUS }, { type: ck.CKA_PUBLIC_EXPONENT }]
}

export function toJwk(kind: StoreAlgorithm, [first, second]: readonly Buffer[]): JWK {
  if (!first) throw new TypeError('The token did not return the public key.')
  if (kind.family === 'AKP') return { kty: 'AKP', alg: kind.alg, pub: base64url.encode(first) }
  // Most modules wrap a point in an OCTET STRING, whose last bytes are the point.
  if (kind.family === 'OKP') return { kty: 'OKP', crv: kind.crv, x: base64url.encode(first.subarray(-32)) }
  if (kind.family !== 'EC')
    return { kty: 'RSA', n: encodeNumber(first), e: encodeNumber(second ?? RSA_EXPONENT) }
  // 0x04, x, y.
  const size = numberBytes[kind.crv]
  return {
    kty: 'EC',
    crv: kind.crv,
    x: base64url.encode(first.subarray(-2 * size, -size)),
    y: base64url.encode(first.subarray(-size)),
  }
}

function encodeNumber(bytes: Buffer): string {
  const first = bytes.findIndex((byte) => byte !== 0)
  return base64url.encode(bytes.subarray(first))
}

/**
 * The mechanism of an algorithm and what it signs. A digest comes from us, because some modules, such as SoftHSM,
 * have no mechanism that hashes and signs with ECDSA.
 */
export function signature(ck: Cryptoki, kind: StoreAlgorithm, data: Uint8Array) {
  const mechanism = familyOf(ck, kind).signing
  if (kind.family === 'RSA')
    return { mechanism: { mechanism }, data: Buffer.concat([digestInfo[kind.digest], data]) }
  if (kind.family !== 'PSS') return { mechanism: { mechanism }, data }
  const hashes = {
    sha256: { hashAlg: ck.CKM_SHA256, mgf: ck.CKG_MGF1_SHA256 },
    sha384: { hashAlg: ck.CKM_SHA384, mgf: ck.CKG_MGF1_SHA384 },
    sha512: { hashAlg: ck.CKM_SHA512, mgf: ck.CKG_MGF1_SHA512 },
  }
  const parameter = { type: ck.CK_PARAMS_RSA_PSS, ...hashes[kind.digest], saltLen: data.length }
  return { mechanism: { mechanism, parameter }, data }
}
