/** `/api/v1`: the REST API of inmor 0.x, for scripts with an API key, a thin layer over the services. */
import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { guardRoutes } from '#server/rest/access.ts'
import { auditLogRoutes } from '#server/rest/audit-log.ts'
import { describeRoute, type RestDeps, useZod } from '#server/rest/deps.ts'
import { answerFailures, answerStrayRequests } from '#server/rest/error.ts'
import { recordRefusals } from '#server/rest/refusal-record.ts'
import { serverRoutes } from '#server/rest/server.ts'
import { subordinateRoutes } from '#server/rest/subordinate.ts'
import { trustMarkRoutes } from '#server/rest/trust-mark.ts'
import { trustMarkTypeRoutes } from '#server/rest/trust-mark-type.ts'

const description = `For scripts of inmor 0.x, whose requests it accepts. GraphQL does everything else. Members of a request
that are not named here are ignored. The paths of another anchor than the configured one begin with /api/v1/anchors/{slug}.`

const PREFIX = '/api/v1'

export function restRoutes(app: FastifyInstance, deps: RestDeps): void {
  app.register(
    async (scope) => {
      // Before the routes, which it must see.
      await scope.register(fastifySwagger, {
        openapi: {
          openapi: '3.1.0',
          info: { title: 'Inmor', description, version: deps.version },
          servers: [{ url: '/', description: 'The admin server.' }],
          components: { securitySchemes: { apiKey: { type: 'apiKey', name: 'X-API-Key', in: 'header' } } },
          security: [{ apiKey: [] }],
        },
        transform: describeRoute,
      })
      const document = { config: { scope: 'public' as const }, schema: { hide: true } }
      addRoutes(scope, deps)
      scope.get('/openapi.json', document, async () => scope.swagger())
    },
    { prefix: PREFIX },
  )
  app.register(async (scope) => addRoutes(scope, deps), { prefix: `${PREFIX}/anchors/:anchor` })
}

function addRoutes(scope: FastifyInstance, deps: RestDeps): void {
  guardRoutes(scope, deps)
  answerFailures(scope)
  answerStrayRequests(scope)
  recordRefusals(scope)
  acceptEmptyBody(scope)
  const typed = useZod(scope)
  serverRoutes(typed)
  trustMarkTypeRoutes(typed)
  trustMarkRoutes(typed)
  subordinateRoutes(typed)
  auditLogRoutes(typed)
}

/** Some clients send `application/json` with an empty body. */
function acceptEmptyBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('ignore', 'ignore') // refused with a sentence: plugins/input-check.ts
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body, done)
  })
}
