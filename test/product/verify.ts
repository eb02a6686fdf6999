/** Verifies published data with `jose` alone, like a third party without our code. */
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { expect } from 'vitest'

/** An answer of a public endpoint: a JWT of this media type, signed with one of the keys. */
export async function fetchVerified(
  url: string,
  { keys, type, request }: { keys: JSONWebKeySet; type: string; request?: RequestInit },
): Promise<{ jwt: string; claims: JWTPayload }> {
  const response = await fetch(url, request)
  const jwt = await response.text()
  expect({ url, status: response.status, body: jwt }).toMatchObject({ status: 200 })
  expect(response.headers.get('content-type')).toBe(`application/${type}`)
  return { jwt, claims: await verify(jwt, { keys, type }) }
}

/** The claims of a JWT whose header has exactly this `typ`, and the `kid` of one of the keys. */
export async function verify(
  jwt: string,
  { keys, type }: { keys: JSONWebKeySet; type: string },
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(keys))
  expect(protectedHeader.typ).toBe(type)
  expect(keys.keys.map(({ kid }) => kid)).toContain(protectedHeader.kid)
  expect(payload.iat).toBeLessThanOrEqual(Date.now() / 1000)
  return payload
}

/** The keys in a statement. Verify the statement separately. */
export function keysIn(jwt: string): JSONWebKeySet {
  return decodeJwt<{ jwks: JSONWebKeySet }>(jwt).jwks
}
