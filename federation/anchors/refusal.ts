/** Refuses requests that reach no anchor, with the headers of every other error. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buildBareApp, type ServerOptions } from '../http/bare-app.ts'
import { answerOptions } from '../http/error-handler.ts'
import { LIVENESS_PATH } from '../http/served-paths.ts'
import { livenessRoute } from '../routes/health.ts'

export type Refusal = {
  /** Answers with the error, except for the liveness of the process. */
  answer(request: IncomingMessage, response: ServerResponse, error: Error): void
  close(): Promise<void>
}

/** Logs nothing: anyone can cause such requests at any rate. */
export async function openRefusal(options: Omit<ServerOptions, 'logger'>): Promise<Refusal> {
  const errors = new WeakMap<IncomingMessage, Error>()
  const app = buildBareApp(options)
  livenessRoute(app)
  // After CORS, so that its headers are there.
  app.after(() => {
    app.addHook('onRequest', async (request, reply) => {
      // A browser only reads an error after that.
      if (request.method === 'OPTIONS') return answerOptions(request, reply, 'GET, HEAD, POST')
      if (request.routeOptions.url !== LIVENESS_PATH) throw errors.get(request.raw)
    })
  })
  await app.ready()
  return {
    answer(request, response, error) {
      errors.set(request, error)
      app.server.emit('request', request, response)
    },
    close: () => app.close(),
  }
}
