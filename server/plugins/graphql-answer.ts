/** What the answers of Yoga need besides: media types, partial answers, no suggestions, and events that proxies pass on at once. */
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { GraphQLError, type GraphQLFieldConfig, getNullableType } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { requestError } from '#server/error/request-error.ts'
import { schema } from '#server/schema/index.ts'

/** Yoga answers 406 without a body. */
export const explainNotAcceptable: Plugin = {
  onResponse({ response, setResponse, fetchAPI }) {
    if (response.status !== 406) return
    const types = response.headers.get('accept')
    const message = `The Accept header names no type of this answer. Send Accept: ${types}.`
    const errors = [requestError('NOT_ACCEPTABLE', message)]
    setResponse(fetchAPI.Response.json({ errors }, { status: 406, headers: response.headers }))
  },
}

/** The types of the fields are promised to clients, so that only who asks for it gets null. */
const nullable = mapSchema(schema, {
  [MapperKind.QUERY_ROOT_FIELD]: (field: GraphQLFieldConfig<unknown, unknown>) => ({
    ...field,
    type: getNullableType(field.type),
  }),
})

/** Answers the other fields of a query when one fails, for requests that say so: `extensions: { onError: "NULL" }`. */
export const partialAnswer: Plugin = {
  onExecute({ args, context }) {
    if (context.params.extensions?.onError === 'NULL') args.schema = nullable
  },
}

const suggestion = /\s*Did you mean .*$/s

/** Removes the suggestions of validation errors for anonymous callers, because they reveal names of the schema. */
export function hideSuggestions<ServerContext extends object>(
  isSignedIn: (context: ServerContext) => Promise<boolean>,
): Plugin<object, ServerContext> {
  return {
    async onResultProcess({ result, setResult, serverContext }) {
      if (!('errors' in result) || !result.errors?.some(({ message }) => suggestion.test(message))) return
      if (await isSignedIn(serverContext)) return
      setResult({ ...result, errors: result.errors.map(withoutSuggestion) })
    },
  }
}

function withoutSuggestion(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message.replace(suggestion, ''), error)
}

/** Asks proxies to pass each server-sent event on at once: nginx otherwise collects them. */
export const unbufferedEvents: Plugin = {
  onResponse({ response }) {
    if (response.headers.get('content-type')?.startsWith('text/event-stream'))
      response.headers.set('x-accel-buffering', 'no')
  },
}
