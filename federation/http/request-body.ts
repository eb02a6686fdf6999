/** Reads request bodies: parameters from JSON, and no compressed ones. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FederationError, refuseAt } from '#core/errors.ts'
import { isJsonObject, parseJson } from '#core/json.ts'

/** Reads the parameters of a POST from JSON, which clients of other servers send instead of a form. */
export const JSON_TYPE = 'application/json'

/** The routes of the scope accept it as well. */
export function acceptJson(scope: FastifyInstance): void {
  scope.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseParameters(body),
  )
}

/** @throws FederationError `invalid_request` */
function parseParameters(text: string): Record<string, unknown> {
  const parameters = readObject(text)
  for (const [name, value] of Object.entries(parameters))
    if (![value].flat().every((each) => typeof each === 'string')) throw refuseAt([name], 'must be a string')
  return parameters
}

function readObject(text: string): Record<string, unknown> {
  const refuse = () =>
    new FederationError('invalid_request', 'The request body must be a form or a JSON object.')
  try {
    const value = parseJson(text)
    if (isJsonObject(value)) return value
  } catch {
    throw refuse()
  }
  throw refuse()
}

/** Refuses compressed request bodies, which no parser here reads (RFC 9110 §15.5.16, RFC 7694). */
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
