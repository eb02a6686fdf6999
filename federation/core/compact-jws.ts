/** Generates keys, signs and verifies compact JWSs (RFC 7515), with jose and an Ed448 implementation that jose lacks. */
import { base64url, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

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
    await compactVerify(jwt, await importJWK(publicJwk, alg), { algorithms: [alg] })
  },
}

const { subtle } = globalThis.crypto
const importEd448 = (jwk: JWK, use: 'sign' | 'verify') => subtle.importKey('jwk', jwk, 'Ed448', false, [use])

/** RFC 8032 with the names of RFC 8037 and RFC 9864. Web Crypto supports it in Node, but not in browsers. */
const ed448: Implementation = {
  async generate() {
    const pair = await subtle.generateKey('Ed448', true, ['sign', 'verify'])
    // The declared type covers symmetric algorithms too.
    const { kty, crv, x, d } = await subtle.exportKey('jwk', (pair as CryptoKeyPair).privateKey)
    return { kty, crv, x, d } as JWK
  },
  async createSigner({ kty, crv, x, d }) {
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
      throw new Error('The signature verification failed.')
  },
}

export function getImplementation(alg: string): Implementation {
  return alg === 'Ed448' ? ed448 : jose
}
