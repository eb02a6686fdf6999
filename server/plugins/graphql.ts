/** Yoga on /graphql: context, limits, masking of unexpected errors. */
import { EnvelopArmor } from '@escape.tech/graphql-armor'
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { NoSchemaIntrospectionCustomRule, validate } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { bytes, describeTooLarge } from '#federation/http/limits.ts'
import type { RightsWatch } from '#server/auth/rights-watch.ts'
import { requestError } from '#server/error/request-error.ts'
import { mayAnywhere } from '#server/identity/caller.ts'
import { literalCheck, variableCheck } from '#server/plugins/argument-check.ts'
import {
  explainNotAcceptable,
  hideSuggestions,
  partialAnswer,
  unbufferedEvents,
} from '#server/plugins/graphql-answer.ts'
import { maskError } from '#server/plugins/graphql-error.ts'
import { endOfSubscriptions } from '#server/plugins/subscription-end.ts'
import { type Trust, trustDocuments } from '#server/plugins/trusted-documents.ts'
import type { Context } from '#server/schema/context.ts'
import { schema } from '#server/schema/index.ts'

export const GRAPHQL_PATH = '/graphql'

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

/** Introspection requires sign-in. The caller is known only after validation. */
const introspectionForCallers: Plugin<Context> = {
  onExecute({ args, setResultAndStopExecution }) {
    if (args.contextValue.caller) return
    const errors = validate(args.schema, args.document, [NoSchemaIntrospectionCustomRule])
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
}

/** Longer than other callers may send, or of unknown length. */
const isLarge = ({ method, headers }: FastifyRequest) =>
  method === 'POST' && !(Number(headers['content-length']) <= bytes.adminBody)

const refuseLarge = (reply: FastifyReply, limit: number) =>
  reply.status(413).send({ errors: [requestError('REQUEST_ENTITY_TOO_LARGE', describeTooLarge(limit))] })

const isOperator = ({ caller }: Context) => caller !== null && mayAnywhere(caller, 'operate')

export function graphqlRoute(
  app: FastifyInstance,
  observer: Plugin,
  trust: Omit<Trust, 'sessionOf'>,
  contextOf: (request: FastifyRequest) => Context | Promise<Context>,
  rights: RightsWatch,
): void {
  const yoga = createYoga<Transport, Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    graphiql: false,
    landingPage: false,
    batching: false,
    maxRequestBodySize: false, // that of the route
    cors: false,
    // Yoga logs each error that is masked, with the input in its message. maskError has logged those that are ours.
    logging: false,
    context: ({ req }) => contextOf(req),
    plugins: [
      useCSRFPrevention({ requestHeaders: csrfHeaders }),
      ...trustDocuments({
        ...trust,
        sessionOf: async (req) => (await contextOf(req)).caller?.session ?? null,
      }),
      introspectionForCallers,
      explainNotAcceptable,
      unbufferedEvents,
      literalCheck,
      variableCheck,
      partialAnswer,
      hideSuggestions<Transport>(async ({ req }) => (await contextOf(req)).caller !== null),
      endOfSubscriptions<Transport>(rights),
      observer,
      ...limits.protect().plugins,
    ],
    maskedErrors: { maskError: (error) => maskError(app.log, error) },
  })

  app.route({
    method: ['GET', 'POST'],
    url: GRAPHQL_PATH,
    bodyLimit: bytes.operatorBody,
    async onRequest(req, reply) {
      if (isLarge(req) && !isOperator(await contextOf(req))) return refuseLarge(reply, bytes.adminBody)
    },
    errorHandler(error, _req, reply) {
      if (!(error instanceof errorCodes.FST_ERR_CTP_BODY_TOO_LARGE)) throw error
      // What still comes is read: a client or proxy that is cut off while it sends may not read the answer.
      return refuseLarge(reply.removeHeader('connection'), bytes.operatorBody)
    },
    handler: async (req, reply) => {
      const response = await yoga.handleNodeRequestAndResponse(req, reply, { req, reply })
      response.headers.forEach((value, name) => void reply.header(name, value))
      return reply.status(response.status).send(response.body)
    },
  })
}
