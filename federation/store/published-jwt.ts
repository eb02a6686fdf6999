/** Prepares a JWT from Redis for sending: its text, its expiry and its entity tag. */
import { hash } from 'node:crypto'
import { FederationError } from '#core/errors.ts'
import { isJsonObject, type JsonObject } from '#core/json.ts'

export type PublishedJwt = {
  jwt: string
  /** `exp` in unix seconds; undefined if it never expires. */
  expires: number | undefined
  /** A strong entity tag, quoted. */
  etag: string
}

/**
 * Does not verify the signature: access to Redis is permission to publish.
 * @throws FederationError `server_error` when the text is not a JWT
 */
export function readPublishedJwt(jwt: string, claims = decodePublished(jwt)): PublishedJwt {
  const { exp } = claims
  return { jwt, expires: typeof exp === 'number' ? exp : undefined, etag: computeEntityTag(jwt) }
}

/** Computes the entity tag of a JWT from a hash of its bytes. A template would keep each of its parts in memory. */
export function computeEntityTag(jwt: string): string {
  return JSON.stringify(hash('sha256', jwt, 'base64url').slice(0, 27))
}

/** Whether it has not expired at `now` (unix seconds). */
export function isCurrent({ expires }: Pick<PublishedJwt, 'expires'>, now: number): boolean {
  return expires === undefined || expires > now
}

/** The claims of a published JWT. @throws FederationError `server_error` */
function decodePublished(jwt: string): JsonObject {
  const value = decodePart(payloadOf(jwt))
  if (value) return value
  throw new FederationError('server_error', 'A published value in Redis is not a JWT.')
}

/** Its second part, not decoded. */
export function payloadOf(jwt: string): string {
  const start = jwt.indexOf('.') + 1
  return jwt.slice(start, jwt.indexOf('.', start))
}

/** A part of a JWT; undefined if it is not a JSON object. */
export function decodePart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
