/** Builds apps that refuse: each answers every request with the same error, except for the liveness of the process. */
import type { FastifyInstance } from 'fastify'
import { buildBareApp, type ServerOptions } from '../bare-app.ts'
import { LIVENESS_PATH, livenessRoute } from '../routes/health.ts'

export function buildRefusal(error: Error, options: ServerOptions): FastifyInstance {
  const app = buildBareApp(options)
  livenessRoute(app)
  // After CORS, whose hook answers OPTIONS.
  app.after(() => {
    app.addHook('onRequest', async ({ routeOptions }) => {
      if (routeOptions.url !== LIVENESS_PATH) throw error
    })
  })
  return app
}
