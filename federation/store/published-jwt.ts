/** A JWT as it lies in Redis, ready to be sent: its text, how long it holds, and a validator for HTTP caches. */
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { FederationError } from '#core/errors.ts'

export type PublishedJwt = {
  jwt: string
  /** Its `exp` in unix seconds; undefined when it never expires. */
  expires: number | undefined
  /** A strong entity tag, quoted. */
  etag: string
}

/**
 * Prepares a JWT from Redis. Its signature is not looked at: whoever may write there may publish.
 * @throws FederationError `server_error` when what lies there is no JWT
 */
export function readPublishedJwt(jwt: string): PublishedJwt {
  const exp = readExpiry(jwt)
  return { jwt, expires: exp, etag: entityTag(jwt) }
}

/** The entity tag of a JWT: the same bytes have the same, and no others. */
export function entityTag(jwt: string): string {
  return `"${createHash('sha256').update(jwt).digest('base64url').slice(0, 27)}"`
}

/** Whether it may still be handed out at `now` (unix seconds). */
export function isCurrent({ expires }: Pick<PublishedJwt, 'expires'>, now: number): boolean {
  return expires === undefined || expires > now
}

function readExpiry(jwt: string): number | undefined {
  try {
    return decodeJwt(jwt).exp
  } catch (cause) {
    throw new FederationError('server_error', 'What is published in Redis is not a JWT.', {}, { cause })
  }
}
