/** Whether this process can serve, for a load balancer; and whether it lives, for whoever would start it anew. */
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { sendJson } from './answer.ts'

export function healthRoute(app: FastifyInstance, { reader }: Deps) {
  // A start would bring nothing back that is away, so nothing is asked here.
  app.get('/health/live', (_request, reply) => sendJson(reply, { status: 'ok' }))
  app.get('/health', async (request, reply) => {
    try {
      await reader.ping()
      return sendJson(reply, { status: 'ok' })
    } catch (error) {
      request.log.warn({ err: error, requestId: request.id }, 'health check failed')
      return sendJson(reply.code(503), { status: 'error', detail: 'redis unavailable' })
    }
  })
}
