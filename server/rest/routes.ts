/** `/api/v1`: the REST API for scripts with an API key, a thin layer over the services. */
import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { guardRoutes } from '#server/rest/access.ts'
import { auditLogRoutes } from '#server/rest/audit-log.ts'
import type { RestDeps } from '#server/rest/deps.ts'
import { answerFailures, answerStrayRequests } from '#server/rest/error.ts'
import { recordRefusals } from '#server/rest/refusal-record.ts'
import { serverRoutes } from '#server/rest/server.ts'
import { subordinateRoutes } from '#server/rest/subordinate.ts'
import { trustMarkRoutes } from '#server/rest/trust-mark.ts'
import { trustMarkTypeRoutes } from '#server/rest/trust-mark-type.ts'
import { describeRoute, useZod } from '#server/rest/zod-provider.ts'

const description = `An alternative to GraphQL for scripts that were written for inmor's REST API.
Members of a request that are not named here are ignored.`

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
      guardRoutes(scope, deps)
      answerFailures(scope)
      answerStrayRequests(scope)
      recordRefusals(scope, deps)
      acceptEmptyBody(scope)
      const typed = useZod(scope)
      const document = { config: { scope: 'public' as const }, schema: { hide: true } }
      typed.get('/openapi.json', document, async () => scope.swagger())
      for (const routes of [
        serverRoutes,
        trustMarkTypeRoutes,
        trustMarkRoutes,
        subordinateRoutes,
        auditLogRoutes,
      ]) {
        routes(typed, deps)
      }
    },
    { prefix: '/api/v1' },
  )
}

/** Some clients send `application/json` with an empty body. */
function acceptEmptyBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('ignore', 'ignore') // refused with a sentence: plugins/input-check.ts
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body, done)
  })
}
