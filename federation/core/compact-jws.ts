/** Keys and signatures of the compact serialization (RFC 7515): those of jose, and Ed448, which it leaves out. */
import { base64url, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

type Header = { readonly [name: string]: unknown; readonly alg: string }

export type Implementation = {
  /** A new private key. */
  generate(alg: string, parameters: { modulusLength?: number }): Promise<JWK>
  /** Signs a payload under the complete protected header. */
  signer(privateJwk: JWK, alg: string): Promise<(payload: Uint8Array, header: Header) => Promise<string>>
  /** @throws when the signature is not that of the key */
  verify(jwt: string, publicJwk: JWK, alg: string): Promise<void>
}

const jose: Implementation = {
  async generate(alg, parameters) {
    const { privateKey } = await generateKeyPair(alg, { ...parameters, extractable: true })
    return exportJWK(privateKey)
  },
  async signer(privateJwk, alg) {
    const key = await importJWK(privateJwk, alg)
    return (payload, header) => new CompactSign(payload).setProtectedHeader(header).sign(key)
  },
  async verify(jwt, publicJwk, alg) {
    await compactVerify(jwt, await importJWK(publicJwk, alg), { algorithms: [alg] })
  },
}

const { subtle } = globalThis.crypto
const importEd448 = (jwk: JWK, use: 'sign' | 'verify') => subtle.importKey('jwk', jwk, 'Ed448', false, [use])

/** RFC 8032 with the names of RFC 8037 and RFC 9864, by the Web Crypto of the runtime: Node has it, browsers do not. */
const ed448: Implementation = {
  async generate() {
    const pair = await subtle.generateKey('Ed448', true, ['sign', 'verify'])
    // Edwards keys come in pairs; the type speaks of all algorithms.
    const { kty, crv, x, d } = await subtle.exportKey('jwk', (pair as CryptoKeyPair).privateKey)
    return { kty, crv, x, d } as JWK
  },
  async signer({ kty, crv, x, d }) {
    const key = await importEd448({ kty, crv, x, d } as JWK, 'sign')
    return async (payload, header) => {
      const input = `${base64url.encode(JSON.stringify(header))}.${base64url.encode(payload)}`
      const signature = await subtle.sign('Ed448', key, new TextEncoder().encode(input))
      return `${input}.${base64url.encode(new Uint8Array(signature))}`
    }
  },
  async verify(jwt, { kty, crv, x }) {
    const key = await importEd448({ kty, crv, x } as JWK, 'verify')
    const end = jwt.lastIndexOf('.')
    const signature = new Uint8Array(base64url.decode(jwt.slice(end + 1)))
    const input = new TextEncoder().encode(jwt.slice(0, end))
    if (!(await subtle.verify('Ed448', key, signature, input)))
      throw new Error('signature verification failed')
  },
}

export function implementationOf(alg: string): Implementation {
  return alg === 'Ed448' ? ed448 : jose
}
