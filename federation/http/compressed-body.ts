/** Refuses compressed request bodies, which no parser here reads (RFC 9110 §15.5.16, RFC 7694). */
import type { FastifyReply, FastifyRequest } from 'fastify'

export class CompressedBodyError extends Error {
  readonly statusCode = 415

  constructor() {
    super('The request body must not be compressed.')
  }
}

/** Before the body is read: a compressed one would look like one without content. @throws CompressedBodyError */
export function refuseCompressed({ headers }: FastifyRequest, reply: FastifyReply): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return
  reply.header('accept-encoding', 'identity')
  throw new CompressedBodyError()
}
