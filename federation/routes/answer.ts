/** Sends answers in their exact media type, with what HTTP caches may do with them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PublishedJwt } from '#store/published-jwt.ts'

/** Media types carry no parameters (§15): clients compare the whole header. */
export type MediaType =
  | 'application/json'
  | 'application/entity-statement+jwt'
  | 'application/resolve-response+jwt'
  | 'application/trust-mark+jwt'
  | 'application/trust-mark-status-response+jwt'
  | 'application/jwk-set+jwt'
  | 'application/entity-events-statement+jwt'

/** Seconds for which a cache may keep a statement, so that what is withdrawn is gone soon everywhere. */
const MAX_CACHE_AGE = 60

/** Sends a JWT with its validator, or 304 to a client that has it already. The answer to a POST is nobody else's. */
export function sendJwt(
  request: FastifyRequest,
  reply: FastifyReply,
  { jwt, now, type }: { jwt: PublishedJwt; now: number; type: MediaType },
): FastifyReply {
  if (request.method === 'POST') return send(reply, jwt.jwt, type)
  const remaining = jwt.expires === undefined ? MAX_CACHE_AGE : Math.floor(jwt.expires - now)
  reply.header('cache-control', `public, max-age=${Math.max(0, Math.min(MAX_CACHE_AGE, remaining))}`)
  reply.header('etag', jwt.etag)
  if (isKnown(request.headers['if-none-match'], jwt.etag)) return reply.code(304).send()
  return send(reply, jwt.jwt, type)
}

/** Sends a JSON document. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return send(reply, JSON.stringify(value), 'application/json')
}

/** Sends text or bytes. Text goes out in one write with the headers, which bytes do not. */
export function send(reply: FastifyReply, body: string | Buffer, type: MediaType): FastifyReply {
  return reply.header('content-type', type).serializer(asItIs).send(body)
}

/** To JSON that is sent without a serializer Fastify adds a charset. */
function asItIs<Text>(text: Text): Text {
  return text
}

/** Entity tags are compared weakly here (RFC 9110 §13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}
