/** Masks errors outside result unions: expected errors pass, unexpected ones are logged and answered with a reference. */
import type { FastifyBaseLogger } from 'fastify'
import { GraphQLError } from 'graphql'
import { isDatabaseOutage } from '#server/error/database-outage.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { isStoreOutage } from '#store/outage.ts'

type Answer = { message: string; extensions: Record<string, unknown> }

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
    return { message, extensions: path ? { code, path: path.map(String) } : { code } }
  }
  if (isDatabaseOutage(error)) return unavailable(log, error, 'The database')
  if (isStoreOutage(error)) return unavailable(log, error, 'Redis')
  const reference = getOrigin().requestId ?? crypto.randomUUID()
  log.error({ err: error, reference }, 'unexpected error')
  const message = `Unexpected error. The server log has the details under ${reference}.`
  return { message, extensions: { code: 'INTERNAL', reference } }
}

/** The caller may repeat the same request later. */
function unavailable(log: FastifyBaseLogger, error: unknown, what: string): Answer {
  log.error({ err: error }, `${what} is unreachable`)
  const message = `${what} is unreachable. Try again in a moment.`
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
