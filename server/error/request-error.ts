/** Errors of a request that are no expected failure of an operation. GraphQL describes each code (schema/error.ts). */
import type { FastifyError } from 'fastify'
import { GraphQLError, type GraphQLErrorOptions } from 'graphql'
import { bytes, describeTooLarge } from '#federation/http/limits.ts'
import type { OperationErrorCode } from '#server/error/operation-error.ts'

type RequestErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'SECOND_FACTOR_REQUIRED'
  | 'PASSWORD_CHANGE_REQUIRED'
  | 'ANCHOR_REQUIRED'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'NOT_ACCEPTABLE'
  | 'REQUEST_ENTITY_TOO_LARGE'
  | 'INTERNAL'
  // From the library that serves GraphQL.
  | 'BAD_REQUEST'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_IN_LIST'

export type ErrorCode = OperationErrorCode | RequestErrorCode

/** `further` members of `extensions`, beside the code. */
export function requestError(
  code: ErrorCode,
  message: string,
  further: Readonly<Record<string, unknown>> = {},
  where: Omit<GraphQLErrorOptions, 'extensions'> = {},
): GraphQLError {
  return new GraphQLError(message, { ...where, extensions: { code, ...further } })
}

/** What a request is refused for before a handler sees it. */
export const describeRefusal = ({ statusCode, message }: FastifyError) =>
  statusCode === 413 ? describeTooLarge(bytes.adminBody) : message
