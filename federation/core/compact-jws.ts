/** Generates keys, signs and verifies compact JWSs (RFC 7515): with jose, and with OpenSSL where jose has gaps. */
import type { KeyObject } from 'node:crypto'
import { base64url, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { createRecent } from './recent.ts'

type Header = { readonly [name: string]: unknown; readonly alg: string }

export type Implementation = {
  /** Returns a new private key. */
  generate(alg: string, parameters: { modulusLength?: number }): Promise<JWK>
  /** `header` is the complete protected header. */
  createSigner(
    privateJwk: JWK,
    alg: string,
  ): Promise<(payload: Uint8Array, header: Header) => Promise<string>>
  /** @throws when the signature does not match the key */
  verify(jwt: string, publicJwk: JWK, alg: string): Promise<void>
}

const jose: Implementation = {
  async generate(alg, parameters) {
    const { privateKey } = await generateKeyPair(alg, { ...parameters, extractable: true })
    return exportJWK(privateKey)
  },
  async createSigner(privateJwk, alg) {
    const key = await importJWK(privateJwk, alg)
    return (payload, header) => new CompactSign(payload).setProtectedHeader(header).sign(key)
  },
  async verify(jwt, publicJwk, alg) {
    // jose imports each object once.
    await compactVerify(jwt, publicJwk, { algorithms: [alg] })
  },
}

/** Only servers sign, so there is a Buffer, which encodes faster. */
const encode = (bytes: string | Uint8Array) =>
  (typeof bytes === 'string'
    ? Buffer.from(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  ).toString('base64url')

/** Signs without what jose checks for each signature, and not on this thread, which it would block for half a millisecond. */
function ecdsa(hash: 'SHA-384' | 'SHA-512'): Implementation {
  return {
    ...jose,
    async createSigner(privateJwk, alg) {
      const key = await importJWK(privateJwk, alg)
      if (!(key instanceof CryptoKey)) throw new TypeError(`A key of ${alg} has two numbers.`)
      return async (payload, header) => {
        const input = `${encode(JSON.stringify(header))}.${encode(payload)}`
        const signature = await crypto.subtle.sign({ name: 'ECDSA', hash }, key, Buffer.from(input))
        return `${input}.${encode(new Uint8Array(signature))}`
      }
    },
  }
}

/** Loaded when it is needed: the console shares this module's importers, and browsers have no OpenSSL. */
async function loadCrypto() {
  const [crypto, { promisify }] = await Promise.all([import('node:crypto'), import('node:util')])
  return {
    ...crypto,
    signNow: crypto.sign,
    sign: promisify(crypto.sign),
    verify: promisify(crypto.verify),
  }
}
let loading: ReturnType<typeof loadCrypto> | undefined
const openCrypto = () => {
  loading ??= loadCrypto()
  return loading
}

type Crypto = Awaited<ReturnType<typeof loadCrypto>>

/** A JWS has the two numbers of an ECDSA signature side by side (RFC 7518 §3.4). Other algorithms ignore this. */
const asJws = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const })

function splitSignature(jwt: string): [input: Buffer, signature: Uint8Array] {
  const end = jwt.lastIndexOf('.')
  return [Buffer.from(jwt.slice(0, end)), Buffer.from(jwt.slice(end + 1), 'base64url')]
}

const createMismatchError = () => new Error('The signature verification failed.')

const P256_BYTES = 32

/** The two numbers of an ECDSA signature side by side (RFC 7518 §3.4), from OpenSSL's DER: 30 length, 02 length r, 02 length s. */
function derToJws(der: Buffer): Buffer {
  const numbers = Buffer.alloc(2 * P256_BYTES)
  const endOfR = 4 + der.readUInt8(3)
  const put = (at: number, first: number, end: number) => {
    const start = Math.max(first, end - P256_BYTES) // without the zero before a number whose first bit is set
    der.copy(numbers, at + P256_BYTES - (end - start), start, end)
  }
  put(0, 4, endOfR)
  put(P256_BYTES, endOfR + 2, der.length)
  return numbers
}

/** The reverse. Null: it does not have the size of two numbers. */
function jwsToDer(numbers: Uint8Array): Buffer | null {
  if (numbers.length !== 2 * P256_BYTES) return null
  const der = Buffer.alloc(2 * P256_BYTES + 8)
  const end = putNumber(der, putNumber(der, 2, numbers, 0), numbers, P256_BYTES)
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Without zeros at the start, but for the one before a number whose first bit is set. Returns where it ends. */
function putNumber(der: Buffer, at: number, numbers: Uint8Array, start: number): number {
  const end = start + P256_BYTES
  let first = start
  while (first < end - 1 && numbers[first] === 0) first += 1
  const sign = (numbers[first] ?? 0) > 0x7f ? 1 : 0
  der[at] = 0x02
  der[at + 1] = sign + end - first
  der.set(numbers.subarray(first, end), at + 2 + sign)
  return at + 2 + sign + end - first
}

/** Up to 128 keys that were used last, by their two numbers: a key of an anchor is in each of its statements. */
const p256Keys = createRecent<KeyObject>({ maxSize: 128, sizeOf: () => 1 })

function importP256({ createPublicKey }: Crypto, jwk: JWK): KeyObject {
  const name = `${jwk.x}.${jwk.y}`
  const known = p256Keys.get(name)
  if (known) return known
  const key = createPublicKey(printP256(jwk))
  p256Keys.set(name, key)
  return key
}

/** In base64: a SubjectPublicKeyInfo until its two numbers (RFC 5480 §2), 27 bytes. */
const SPKI_START = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE'

/** As PEM, because Node imports text in 20 microseconds and an object in 45. */
function printP256({ x = '', y = '' }: JWK): string {
  const numbers = [x, y].map((number) => Buffer.from(number, 'base64url'))
  if (numbers.some(({ length }) => length !== P256_BYTES))
    throw new TypeError('A key of ES256 has two numbers of 32 bytes.')
  const end = Buffer.concat(numbers).toString('base64')
  return `-----BEGIN PUBLIC KEY-----\n${SPKI_START}${end}\n-----END PUBLIC KEY-----`
}

/** Signs on this thread: that takes 20 microseconds, and to hand it to another thread takes longer. Verifies on another one. */
const es256: Implementation = {
  ...jose,
  async verify(jwt, publicJwk) {
    const crypto = await openCrypto()
    const key = importP256(crypto, publicJwk)
    const [input, numbers] = splitSignature(jwt)
    // Node takes 50 microseconds longer to read the form of a JWS.
    const signature = jwsToDer(numbers)
    if (!signature || !(await crypto.verify('sha256', input, key, signature))) throw createMismatchError()
  },
  async createSigner(privateJwk) {
    const { createPrivateKey, signNow } = await openCrypto()
    const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
    return async (payload, header) => {
      const input = `${encode(JSON.stringify(header))}.${encode(payload)}`
      // Node takes 15 microseconds longer to return the form of a JWS.
      return `${input}.${encode(derToJws(signNow('sha256', Buffer.from(input), key)))}`
    }
  },
}

/** An algorithm with OpenSSL's hash, if it has one, and key generation, if keys are generated for it. */
function openssl(
  hash: 'sha256' | null,
  generate?: (crypto: Crypto) => { privateKey: KeyObject },
): Implementation {
  return {
    async generate(alg) {
      if (!generate) throw new TypeError(`No keys are generated for ${alg}.`)
      return generate(await openCrypto()).privateKey.export({ format: 'jwk' }) as JWK
    },
    async createSigner(privateJwk) {
      const { createPrivateKey, sign } = await openCrypto()
      const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
      return async (payload, header) => {
        const input = `${base64url.encode(JSON.stringify(header))}.${base64url.encode(payload)}`
        return `${input}.${base64url.encode(await sign(hash, Buffer.from(input), asJws(key)))}`
      }
    },
    async verify(jwt, publicJwk) {
      const { createPublicKey, verify } = await openCrypto()
      const key = createPublicKey({ key: publicJwk, format: 'jwk' })
      const [input, signature] = splitSignature(jwt)
      if (!(await verify(hash, input, asJws(key), signature))) throw createMismatchError()
    },
  }
}

/** jose has no Ed448 and no ES256K; for ML-DSA it uses a part of Web Crypto that Node still calls experimental. */
const withoutJose: Readonly<Record<string, Implementation>> = {
  ES256: es256,
  ES384: ecdsa('SHA-384'),
  ES512: ecdsa('SHA-512'),
  Ed448: openssl(null, (crypto) => crypto.generateKeyPairSync('ed448')),
  ES256K: openssl('sha256'),
  'ML-DSA-44': openssl(null, (crypto) => crypto.generateKeyPairSync('ml-dsa-44')),
  'ML-DSA-65': openssl(null, (crypto) => crypto.generateKeyPairSync('ml-dsa-65')),
  'ML-DSA-87': openssl(null, (crypto) => crypto.generateKeyPairSync('ml-dsa-87')),
}

export function getImplementation(alg: string): Implementation {
  return withoutJose[alg] ?? jose
}
