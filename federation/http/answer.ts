/** Sends responses with their exact media type and their cache headers. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PublishedJwt } from '#store/published-jwt.ts'
import { type Body, getLength } from './body.ts'
import type { CachedBody } from './body-cache.ts'
import { chooseCoding } from './content-coding.ts'

/** Media types have no parameters, because clients compare the whole header (§15). */
export type MediaType =
  | 'application/json'
  | 'application/entity-statement+jwt'
  | 'application/resolve-response+jwt'
  | 'application/trust-mark+jwt'
  | 'application/trust-mark-status-response+jwt'
  | 'application/jwk-set+jwt'
  | 'application/statuslist+jwt'
  | 'application/entity-events-statement+jwt'
  | 'application/octet-stream'

/** Seconds. Short, so that a withdrawn statement soon disappears from caches. */
export const MAX_CACHE_AGE = 60

const cacheControl = (seconds: number) => `public, max-age=${seconds}`

/** Of an answer that does not end within that time. */
export const FULL_CACHE_CONTROL = cacheControl(MAX_CACHE_AGE)

/**
 * Of the collected entities: a cache may send them for a day while this server fails. They prove nothing, because each entity is
 * resolved before it is trusted. Of anything else, an old answer could hide a revocation or a removal.
 */
export const COLLECTION_CACHE_CONTROL = `${FULL_CACHE_CONTROL}, stale-if-error=86400`

type JwtAnswer = {
  jwt: PublishedJwt
  now: number
  type: MediaType
  /** The same in gzip, if that is shorter. */
  compressed?: Buffer | undefined
  /** Whether the reader would return the same JWT again; absent if that takes more than memory. */
  isSame?: () => boolean
  onRepeat?: () => void
}

/** Sends a JWT with its entity tag, or 304 if the client has it. The response to a POST must not be cached. */
export function sendJwt(
  request: FastifyRequest,
  reply: FastifyReply,
  { jwt, now, type, compressed, isSame, onRepeat }: JwtAnswer,
): FastifyReply {
  if (request.method === 'POST') return send(reply, jwt.jwt, type)
  if (isSame) reply.hold = { isSame, onRepeat, until: (jwt.expires ?? Infinity) - MAX_CACHE_AGE }
  const remaining = jwt.expires === undefined ? MAX_CACHE_AGE : Math.floor(jwt.expires - now)
  reply.header('cache-control', cacheControl(Math.max(0, Math.min(MAX_CACHE_AGE, remaining))))
  if (compressed) reply.header('vary', 'accept-encoding')
  const isShort = compressed && chooseCoding(request.headers['accept-encoding']) === 'gzip'
  // A strong tag is of the same bytes (RFC 9110 §8.8.3.3).
  reply.header('etag', isShort ? `W/${jwt.etag}` : jwt.etag)
  if (matchesTag(request.headers['if-none-match'], jwt.etag)) return reply.code(304).send()
  if (isShort) reply.header('content-encoding', 'gzip')
  return send(reply, isShort ? compressed : jwt.jwt, type)
}

export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return send(reply, JSON.stringify(value), 'application/json')
}

/** Sends JSON that is cached for many requests, compressed if the client accepts that. */
export async function sendCached(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { body, compressed }: CachedBody,
): Promise<FastifyReply> {
  if (!compressed) return send(reply, body, 'application/json')
  reply.header('vary', 'accept-encoding')
  const coding = chooseCoding(headers['accept-encoding'])
  if (coding === 'identity') return send(reply, body, 'application/json')
  reply.header('content-encoding', coding)
  return send(reply, await compressed(), 'application/json')
}

/** Text needs one write, together with the headers; bytes need two, and parts one each as the client reads them. */
export function send(reply: FastifyReply, body: Body, type: MediaType): FastifyReply {
  reply.header('content-type', type).serializer(keepBody)
  if (!Array.isArray(body)) return reply.send(body)
  return reply.header('content-length', getLength(body)).send(Readable.from(body))
}

/** Without a serializer, Fastify adds a charset to JSON. */
function keepBody<Body>(body: Body): Body {
  return body
}

/** Uses the weak comparison (RFC 9110 §13.1.2). */
function matchesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}
