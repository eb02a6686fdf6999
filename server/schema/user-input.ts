/** Faults in the arguments of queries, which have no failures in their results. */
import { GraphQLError } from 'graphql'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** @throws GraphQLError BAD_USER_INPUT instead of InvalidInputError */
export function asUserInput<Result>(parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT' } })
  }
}
