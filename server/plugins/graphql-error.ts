/** What a caller learns of an error outside of result unions: expected ones as they are, of others that there was one. */
import type { FastifyBaseLogger } from 'fastify'
import { GraphQLError } from 'graphql'
import { isDatabaseOutage } from '#server/error/database-outage.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { presentOrigin } from '#server/identity/origin.ts'
import { isStoreOutage } from '#store/outage.ts'

type Said = { message: string; extensions: Record<string, unknown> }

/** Expected errors pass; of others the caller learns only that there was one, and we log it. */
export function maskError(log: FastifyBaseLogger, error: unknown): Error {
  if (!(error instanceof GraphQLError)) {
    // One with a `path` of its own passes with GraphQL for an error that has its place already, and comes as it is.
    const { message, extensions } = say(log, error)
    return new GraphQLError(message, { extensions })
  }
  const { originalError } = error
  if (!originalError || originalError instanceof GraphQLError) return withCode(error)
  return replaced(error, say(log, originalError))
}

function say(log: FastifyBaseLogger, error: unknown): Said {
  if (error instanceof OperationError) {
    const { message, code, path } = error
    return { message, extensions: path ? { code, path } : { code } }
  }
  if (isDatabaseOutage(error)) return unavailable(log, error, 'The database')
  if (isStoreOutage(error)) return unavailable(log, error, 'Redis')
  const reference = presentOrigin().requestId ?? crypto.randomUUID()
  log.error({ err: error, reference }, 'unexpected error')
  const message = `Something went wrong here; the log has the details under ${reference}.`
  return { message, extensions: { code: 'INTERNAL', reference } }
}

/** Not the fault of the request, which may be sent again as it is. */
function unavailable(log: FastifyBaseLogger, error: unknown, what: string): Said {
  log.error({ err: error }, `${what} cannot be reached`)
  const message = `${what} cannot be reached at present; try again in a moment.`
  return {
    message,
    extensions: { code: 'UNAVAILABLE', http: { status: 503, headers: { 'retry-after': '5' } } },
  }
}

/** Those of graphql-js and Pothos come without: a variable does not fit its type, a cursor is none. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error
  return replaced(error, {
    message: error.message,
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
  })
}

function replaced(error: GraphQLError, { message, extensions }: Said): GraphQLError {
  const { nodes, source, positions, path } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
