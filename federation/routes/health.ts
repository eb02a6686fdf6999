/** Serves readiness for the load balancer and liveness for the supervisor. */
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { sendJson } from './answer.ts'
import { findPublicationFault } from './readiness.ts'

export function healthRoute(app: FastifyInstance, deps: Pick<Deps, 'reader' | 'entityId'>) {
  // Liveness checks no dependency, because a restart would not repair one.
  app.get('/health/live', (_request, reply) => sendJson(reply, { status: 'ok' }))
  app.get('/health', async (request, reply) => {
    try {
      const detail = await findPublicationFault(deps)
      if (!detail) return sendJson(reply, { status: 'ok' })
      request.log.warn({ requestId: request.id }, detail)
      return sendJson(reply.code(503), { status: 'error', detail })
    } catch (error) {
      request.log.warn({ err: error, requestId: request.id }, 'Health check failed')
      return sendJson(reply.code(503), { status: 'error', detail: 'redis unavailable' })
    }
  })
}
