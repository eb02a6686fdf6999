/** Masks errors outside result unions: expected errors pass, unexpected ones are logged and answered with a reference. */
import type { FastifyBaseLogger } from 'fastify'
import { GraphQLError } from 'graphql'
import { explainDatabaseOutage } from '#server/error/database-outage.ts'
import { OperationError, UnavailableError } from '#server/error/operation-error.ts'
import type { ErrorCode } from '#server/error/request-error.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { explainStoreOutage } from '#store/outage.ts'

type Answer = { message: string; extensions: { code: ErrorCode } & Record<string, unknown> }

/** Returns the error to send. */
export function maskError(log: FastifyBaseLogger, error: unknown): Error {
  if (!(error instanceof GraphQLError)) {
    // graphql-js passes an error with its own `path` unchanged, as already located.
    const { message, extensions } = describe(log, error)
    return new GraphQLError(message, { extensions })
  }
  const { originalError } = error
  if (!originalError || originalError instanceof GraphQLError) return withCode(error)
  return replaced(error, describe(log, originalError))
}

function describe(log: FastifyBaseLogger, error: unknown): Answer {
  if (error instanceof OperationError) {
    const { message, code, path } = error
    if (error instanceof UnavailableError) return unavailable(log, error, message)
    return { message, extensions: path ? { code, path: path.map(String) } : { code } }
  }
  const outage = explainDatabaseOutage(error) ?? explainStoreOutage(error)
  if (outage) return unavailable(log, error, outage)
  const reference = getOrigin().requestId ?? crypto.randomUUID()
  log.error({ err: error, reference }, 'unexpected error')
  const message = `Unexpected error. The server log has the details under ${reference}.`
  return { message, extensions: { code: 'INTERNAL', reference } }
}

/** The caller may repeat the same request later. */
function unavailable(log: FastifyBaseLogger, error: unknown, message: string): Answer {
  log.error({ err: error }, 'request failed: a service is unavailable')
  return {
    message,
    extensions: { code: 'UNAVAILABLE', http: { status: 503, headers: { 'retry-after': '5' } } },
  }
}

/** Adds a code to errors of graphql-js and Pothos, such as an invalid cursor. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error
  return replaced(error, {
    message: error.message,
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
  })
}

function replaced(error: GraphQLError, { message, extensions }: Answer): GraphQLError {
  const { nodes, source, positions, path } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
