/** Verifies a signed response with `jose` alone, so that an error in our verification cannot hide one in our signing. */
import { createLocalJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import type { JwkSet } from '#core/keys.ts'

/** Returns the claims of a JWT that verifies with one of the keys and has exactly this `typ`. */
export async function verified(
  jwt: string,
  { keys, typ, now }: { keys: JwkSet; typ: string; now?: number },
): Promise<JWTVerifyResult<JWTPayload>> {
  const currentDate = now === undefined ? new Date() : new Date(now * 1000)
  return jwtVerify(jwt, createLocalJWKSet(keys), { typ, currentDate })
}
