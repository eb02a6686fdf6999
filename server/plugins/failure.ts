/** What a request learns of a failure where neither GraphQL nor REST answers, in the form of the sign-in library. */
import type { FastifyError, FastifyInstance } from 'fastify'
import { isDatabaseOutage } from '#server/error/database-outage.ts'
import { UnavailableError } from '#server/error/operation-error.ts'

const RETRY_AFTER_SECONDS = '5'

export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const unavailable = sentenceOfOutage(error)
    if (unavailable) {
      request.log.error({ err: error }, 'a request could not be answered at present')
      reply.status(503).header('retry-after', RETRY_AFTER_SECONDS)
      return reply.send({ code: 'UNAVAILABLE', message: unavailable })
    }
    if (error.statusCode && error.statusCode < 500)
      return reply.status(error.statusCode).send({ code: error.code, message: error.message })
    request.log.error({ err: error }, 'unexpected error')
    const message = `Something went wrong here; the log has the details under ${request.id}.`
    return reply.status(500).send({ code: 'INTERNAL', message })
  })
}

function sentenceOfOutage(error: unknown): string | null {
  if (error instanceof UnavailableError) return error.message
  return isDatabaseOutage(error) ? 'The database cannot be reached at present; try again in a moment.' : null
}
