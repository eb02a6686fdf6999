/** Removes the suggestions of validation errors for anonymous callers, because they reveal names of the schema. */
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

const suggestion = /\s*Did you mean .*$/s

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
