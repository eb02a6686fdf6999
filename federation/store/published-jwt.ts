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
export function readPublishedJwt(jwt: string): PublishedJwt {
  const exp = readExpiry(jwt)
  return { jwt, expires: exp, etag: computeEntityTag(jwt) }
}

/** Computes the entity tag of a JWT from a hash of its bytes. */
export function computeEntityTag(jwt: string): string {
  return `"${hash('sha256', jwt, 'base64url').slice(0, 27)}"`
}

/** Whether it has not expired at `now` (unix seconds). */
export function isCurrent({ expires }: Pick<PublishedJwt, 'expires'>, now: number): boolean {
  return expires === undefined || expires > now
}

function readExpiry(jwt: string): number | undefined {
  const { exp } = decodePublished(jwt)
  return typeof exp === 'number' ? exp : undefined
}

/** The claims of a published JWT. @throws FederationError `server_error` */
export function decodePublished(jwt: string): JsonObject {
  const [, claims = ''] = jwt.split('.')
  try {
    const value: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString())
    if (isJsonObject(value)) return value
  } catch {} // refused below
  throw new FederationError('server_error', 'A published value in Redis is not a JWT.')
}
