/** Answers errors outside GraphQL and REST, in better-auth's format. */
import type { FastifyError, FastifyInstance } from 'fastify'
import { explainDatabaseOutage } from '#server/error/database-outage.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { describeRefusal } from '#server/error/request-error.ts'
import { explainStoreOutage } from '#store/outage.ts'

const RETRY_AFTER_SECONDS = '5'

export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const unavailable = sentenceOfOutage(error)
    if (unavailable) {
      request.log.error({ err: error }, 'request failed: a service is unavailable')
      reply.status(503).header('retry-after', RETRY_AFTER_SECONDS)
      return reply.send({ code: 'UNAVAILABLE', message: unavailable })
    }
    if (error.statusCode && error.statusCode < 500)
      return reply.status(error.statusCode).send({ code: error.code, message: describeRefusal(error) })
    request.log.error({ err: error }, 'unexpected error')
    const message = `Unexpected error. The server log has the details under ${request.id}.`
    return reply.status(500).send({ code: 'INTERNAL', message })
  })
}

function sentenceOfOutage(error: unknown): string | null {
  if (error instanceof UnavailableError) return error.message
  return explainDatabaseOutage(error) ?? explainStoreOutage(error)
}
