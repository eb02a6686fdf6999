/** Describes signing keys to a PKCS#11 token: templates, mechanisms, and public keys as JWKs. */
import { base64url, type JWK } from 'jose'
import type { Attribute, Cryptoki } from './cryptoki.ts'
import { type DigestName, numberBytes, type StoreAlgorithm } from './signature.ts'

/** Object identifiers of the curves in DER. */
export const curves = {
  'P-256': Buffer.from('06082a8648ce3d030107', 'hex'),
  'P-384': Buffer.from('06052b81040022', 'hex'),
  'P-521': Buffer.from('06052b81040023', 'hex'),
} as const

const RSA_BITS = 2048
const RSA_EXPONENT = Buffer.from([1, 0, 1])

/** What RSASSA-PKCS1-v1_5 signs before the digest: its DigestInfo in DER (RFC 8017 §9.2). */
const digestInfo: Readonly<Record<DigestName, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
}

/** How a token makes a key pair that only signs, and that nothing can export. Some tokens allow what is not forbidden. */
export function keyPair(ck: Cryptoki, { family, crv }: StoreAlgorithm, id: Buffer) {
  const kind: Attribute[] =
    family === 'EC' && crv
      ? [{ type: ck.CKA_EC_PARAMS, value: curves[crv] }]
      : [
          { type: ck.CKA_MODULUS_BITS, value: RSA_BITS },
          { type: ck.CKA_PUBLIC_EXPONENT, value: RSA_EXPONENT },
        ]
  const both: Attribute[] = [
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_ID, value: id },
    { type: ck.CKA_LABEL, value: Buffer.from('inmor') },
  ]
  return {
    mechanism: { mechanism: family === 'EC' ? ck.CKM_EC_KEY_PAIR_GEN : ck.CKM_RSA_PKCS_KEY_PAIR_GEN },
    publicTemplate: [
      ...both,
      { type: ck.CKA_VERIFY, value: true },
      { type: ck.CKA_ENCRYPT, value: false },
      { type: ck.CKA_WRAP, value: false },
      ...kind,
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
export function publicAttributes(ck: Cryptoki, { family }: StoreAlgorithm): Attribute[] {
  if (family === 'EC') return [{ type: ck.CKA_EC_POINT }]
  return [{ type: ck.CKA_MODULUS }, { type: ck.CKA_PUBLIC_EXPONENT }]
}

export function toJwk({ crv }: StoreAlgorithm, [first, second]: readonly Buffer[]): JWK {
  if (!first) throw new TypeError('The token did not return the public key.')
  if (!crv) return { kty: 'RSA', n: encodeNumber(first), e: encodeNumber(second ?? RSA_EXPONENT) }
  // 0x04, x, y; most modules wrap the point in an OCTET STRING, whose last bytes are the coordinates too.
  const size = numberBytes[crv]
  return {
    kty: 'EC',
    crv,
    x: base64url.encode(first.subarray(-2 * size, -size)),
    y: base64url.encode(first.subarray(-size)),
  }
}

function encodeNumber(bytes: Buffer): string {
  const first = bytes.findIndex((byte) => byte !== 0)
  return base64url.encode(bytes.subarray(first))
}

/**
 * The mechanism of an algorithm and what it signs. The digest comes from us, because some modules, such as SoftHSM,
 * have no mechanism that hashes and signs with ECDSA.
 */
export function signature(ck: Cryptoki, { family, digest: name }: StoreAlgorithm, digest: Uint8Array) {
  if (family === 'EC') return { mechanism: { mechanism: ck.CKM_ECDSA }, data: digest }
  if (family === 'RSA') {
    return { mechanism: { mechanism: ck.CKM_RSA_PKCS }, data: Buffer.concat([digestInfo[name], digest]) }
  }
  const hashes = {
    sha256: { hashAlg: ck.CKM_SHA256, mgf: ck.CKG_MGF1_SHA256 },
    sha384: { hashAlg: ck.CKM_SHA384, mgf: ck.CKG_MGF1_SHA384 },
    sha512: { hashAlg: ck.CKM_SHA512, mgf: ck.CKG_MGF1_SHA512 },
  }
  const parameter = { type: ck.CK_PARAMS_RSA_PSS, ...hashes[name], saltLen: digest.length }
  return { mechanism: { mechanism: ck.CKM_RSA_PKCS_PSS, parameter }, data: digest }
}
