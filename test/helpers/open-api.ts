/** Reads the OpenAPI document of the REST API without a server. */
import Fastify from 'fastify'
import type { RestDeps } from '#server/rest/deps.ts'
import { restRoutes } from '#server/rest/routes.ts'

/** The document has the shape that the caller reads. No handler runs. */
export async function readOpenApi<Document>(): Promise<Document> {
  const app = Fastify()
  restRoutes(app, { version: '' } as RestDeps)
  const document = (await app.inject('/api/v1/openapi.json')).json<Document>()
  await app.close()
  return document
}
