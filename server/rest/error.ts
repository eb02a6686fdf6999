/** Answers failures as `{message, id}`: expected ones with the service's sentence, others masked and logged. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { FederationError } from '#core/errors.ts'
import { explainDatabaseOutage } from '#server/error/database-outage.ts'
import { OperationError, type OperationErrorCode } from '#server/error/operation-error.ts'
import { describeRefusal } from '#server/error/request-error.ts'
import { explainStoreOutage } from '#store/outage.ts'

export const Message = z.object({
  message: z.string().describe('What is wrong and what to do, as a sentence.'),
  id: z.int().describe('The id of the object in the request, or 0.'),
})

const describedAs = (description: string) => Message.describe(description)

/** Error responses common to all routes. */
export const failures = {
  400: describedAs('The request or the entity’s published data is invalid. Nothing was changed.'),
  401: describedAs('No valid API key was sent.'),
  403: describedAs('The role of the API key does not allow it, or a second person must approve it.'),
  503: describedAs('The database or Redis is unreachable, busy or full.'),
}
export const notFound = { 404: describedAs('The object does not exist.') }
/** After a concurrent change. A duplicate is answered with the existing object instead. */
export const conflict = { 409: describedAs('Another request changed the object first.') }

const statuses: Readonly<Record<OperationErrorCode, number>> = {
  INVALID_INPUT: 400,
  ENTITY_REJECTED: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  UNAVAILABLE: 503,
  UNSAFE_KEY_CHANGE: 409,
  KEY_DIRECTORY_READ_ONLY: 503,
  REAUTHENTICATION_REQUIRED: 403,
  TOO_MANY_REQUESTS: 429,
  APPROVAL_REQUIRED: 403,
  FORBIDDEN: 403,
}

/** Services name fields as in GraphQL. */
const fieldNames: Readonly<Record<string, string>> = {
  validFor: 'valid_for',
  renewalTime: 'renewal_time',
  additionalClaims: 'additional_claims',
  forcedMetadata: 'forced_metadata',
  requiredTrustMarks: 'required_trustmarks',
}

export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof OperationError) return fail(request, reply, statuses[error.code], inOurWords(error))
    if (error instanceof FederationError && error.code === 'temporarily_unavailable') {
      return fail(request, reply, 503, error.message)
    }
    const outage = explainDatabaseOutage(error) ?? explainStoreOutage(error)
    if (outage) return fail(request, reply, 503, outage)
    if (error.statusCode && error.statusCode < 500)
      return fail(request, reply, error.statusCode, describeRefusal(error))
    request.log.error({ err: error }, 'unexpected error')
    const message = `Unexpected error. The server log has the details under ${request.id}.`
    return fail(request, reply, 500, message)
  })
}

/** Answers unknown paths and methods. */
export function answerStrayRequests(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const place = `${request.method} ${request.url.split('?', 1)[0]}`
    return fail(request, reply, 404, `There is no ${place}. /api/v1/openapi.json lists every operation.`)
  })
  // The console has a route for every other GET.
  app.get('/*', { config: { scope: 'public' }, schema: { hide: true } }, (_request, reply) =>
    reply.callNotFound(),
  )
}

function fail(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.status(status).send({ message, id: idOf(request) })
}

function idOf({ params }: FastifyRequest): number {
  const id = typeof params === 'object' && params !== null && 'id' in params ? Number(params.id) : 0
  return Number.isSafeInteger(id) ? id : 0
}

function inOurWords({ message }: OperationError): string {
  return message.replace(/\b[a-z]+[A-Z]\w*\b/g, (word) => fieldNames[word] ?? word)
}
