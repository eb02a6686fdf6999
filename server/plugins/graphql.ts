/** Yoga on /graphql: context, limits, masking of unexpected errors. */
import { EnvelopArmor } from '@escape.tech/graphql-armor'
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Context } from '#server/schema/context.ts'
import { schema } from '#server/schema/index.ts'
import { OperationError } from '#server/services/operation-error.ts'

type Transport = { req: FastifyRequest; reply: FastifyReply }

/** A browser adds none of these to a request that another site makes it send. */
const csrfHeaders = ['x-graphql-yoga-csrf', 'x-api-key', 'authorization']

const limits = new EnvelopArmor({
  maxDepth: { n: 12 },
  maxAliases: { n: 30 },
  maxDirectives: { n: 30 },
  maxTokens: { n: 3000 },
  costLimit: { maxCost: 50_000, objectCost: 2, scalarCost: 1, depthCostFactor: 1.3 },
  blockFieldSuggestion: { enabled: false },
})

/** The schema is for those who may use it. Who asks is known only once the document is validated. */
const introspectionForCallers: Plugin<Context> = {
  onExecute({ args, setResultAndStopExecution }) {
    if (args.contextValue.caller) return
    const errors = validate(args.schema, args.document, [NoSchemaIntrospectionCustomRule])
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
}

export function graphqlRoute(
  app: FastifyInstance,
  contextOf: (request: FastifyRequest) => Context | Promise<Context>,
): void {
  const yoga = createYoga<Transport, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    batching: false,
    cors: false,
    logging: {
      debug: (...args) => app.log.debug(args),
      info: (...args) => app.log.info(args),
      warn: (...args) => app.log.warn(args),
      error: (...args) => app.log.error(args),
    },
    context: ({ req }) => contextOf(req),
    plugins: [
      useCSRFPrevention({ requestHeaders: csrfHeaders }),
      introspectionForCallers,
      ...limits.protect().plugins,
    ],
    maskedErrors: { maskError: (error) => maskError(app, error) },
  })

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (req, reply) => {
      const response = await yoga.handleNodeRequestAndResponse(req, reply, { req, reply })
      response.headers.forEach((value, name) => void reply.header(name, value))
      return reply.status(response.status).send(response.body)
    },
  })
}

/** Expected errors pass; of others the caller learns only that there was one, and we log it. */
function maskError(app: FastifyInstance, error: unknown): Error {
  // One with a `path` of its own passes with GraphQL for an error that has its place already, and comes as it is.
  if (error instanceof OperationError) return new GraphQLError(error.message, { extensions: reasonOf(error) })
  if (!(error instanceof GraphQLError)) return internalError(app, error)
  const { originalError } = error
  if (!originalError || originalError instanceof GraphQLError) return withCode(error)
  if (originalError instanceof OperationError)
    return withExtensions(error, originalError.message, reasonOf(originalError))
  return withExtensions(error, ...internalFailure(app, originalError))
}

function reasonOf({ code, path }: OperationError): Record<string, unknown> {
  return path ? { code, path } : { code }
}

/** Those of graphql-js and Pothos come without: a variable does not fit its type, a cursor is none. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error
  return withExtensions(error, error.message, { ...error.extensions, code: 'BAD_USER_INPUT' })
}

function internalError(app: FastifyInstance, error: unknown): GraphQLError {
  const [message, extensions] = internalFailure(app, error)
  return new GraphQLError(message, { extensions })
}

function internalFailure(
  app: FastifyInstance,
  error: unknown,
): [string, { code: string; reference: string }] {
  const reference = crypto.randomUUID()
  app.log.error({ err: error, reference }, 'unexpected error')
  return [
    `Something went wrong here; the log has the details under ${reference}.`,
    { code: 'INTERNAL', reference },
  ]
}

function withExtensions(
  error: GraphQLError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  const { nodes, source, positions, path } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
