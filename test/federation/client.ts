/** A client of the federation endpoints that authenticates with a signed assertion. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { createLocalSigner } from '#core/jws.ts'
import type { Jwk } from '#core/keys.ts'
import { entityId } from './publisher.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type AssertionOptions = {
  id: string
  key: Jwk
  /** Unix seconds. */
  now: number
  /** Claims and header parameters that replace valid ones. `undefined` removes one. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
}

export async function signAssertion({ id, key, now, claims, header }: AssertionOptions): Promise<string> {
  const valid = { iss: id, sub: id, aud: entityId, jti: randomUUID(), iat: now, exp: now + 60 }
  const payload = new TextEncoder().encode(JSON.stringify({ ...valid, ...claims }))
  const signer = await createLocalSigner(key)
  return signer.sign(payload, { kid: key.kid, ...header })
}

export function post(app: FastifyInstance, url: string, parameters: Record<string, string>) {
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(parameters).toString(),
  })
}
