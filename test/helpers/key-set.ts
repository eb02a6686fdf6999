/** Signs JWK Sets as a subordinate pushes them, and sends them. */
import { createLocalSigner } from '#core/jws.ts'
import type { Jwk } from '#core/keys.ts'
import { toPublicJwk } from '#core/keys.ts'

export const KEY_SET_TYPE = 'application/jwk-set+jwt'

type Pushed = {
  id: string
  /** The private key that signs. */
  key: Jwk
  /** Public or private keys, of which the public part is pushed. */
  keys: readonly Jwk[]
  /** Claims and header parameters that replace valid ones. `undefined` removes one. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
}

export async function signKeySet({ id, key, keys, claims, header }: Pushed): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const valid = { iss: id, sub: id, iat, keys: keys.map(toPublicJwk) }
  const payload = new TextEncoder().encode(JSON.stringify({ ...valid, ...claims }))
  const signer = await createLocalSigner(key)
  return signer.sign(payload, { kid: key.kid, typ: 'jwk-set+jwt', ...header })
}
