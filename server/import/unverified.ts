/** Reads a JWT of the old installation without verifying it; null if it is not a JWT. */
import { FederationError } from '#core/errors.ts'
import { decodeJwt } from '#core/jws.ts'

function decoded(jwt: string | null): ReturnType<typeof decodeJwt> | null {
  if (jwt === null) return null
  try {
    return decodeJwt(jwt)
  } catch (error) {
    if (error instanceof FederationError) return null
    throw error
  }
}

export function claimsOf(jwt: string | null): Record<string, unknown> | null {
  return decoded(jwt)?.claims ?? null
}

export function kidOf(jwt: string | null): string | null {
  const kid = decoded(jwt)?.header.kid
  return typeof kid === 'string' ? kid : null
}
