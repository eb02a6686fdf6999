/** Serves readiness for the load balancer and liveness for the supervisor. */
import type { FastifyInstance } from 'fastify'
import { isStoreOutage } from '#store/outage.ts'
import { sendJson } from '../http/answer.ts'
import { LIVENESS_PATH, READINESS_PATH } from '../http/served-paths.ts'
import type { Deps } from './deps.ts'
import { findPublicationFault } from './readiness.ts'

/** Whether a URL asks for the health of the process. */
export function isHealthUrl(url: string): boolean {
  if (!url.startsWith(READINESS_PATH)) return false
  const [path = ''] = url.split('?', 1)
  return path === READINESS_PATH || path === LIVENESS_PATH
}

/** Liveness checks no dependency, because a restart would not repair one. */
export function livenessRoute(app: FastifyInstance) {
  app.get(LIVENESS_PATH, (_request, reply) => sendJson(reply, { status: 'ok' }))
}

export function healthRoute(
  app: FastifyInstance,
  deps: Pick<Deps, 'reader' | 'entityId' | 'isFirst' | 'outage'>,
) {
  app.get(READINESS_PATH, async (request, reply) => {
    // It serves what is signed. A load balancer that left out such servers would leave out all of them.
    const outage = await deps.outage?.()
    if (outage !== undefined) return sendJson(reply, { status: 'degraded', detail: outage })
    try {
      const detail = await findPublicationFault(deps)
      if (!detail) return sendJson(reply, { status: 'ok' })
      request.log.warn({ requestId: request.id }, detail)
      return sendJson(reply.code(503), { status: 'error', detail })
    } catch (error) {
      // An outage is reported once.
      if (!isStoreOutage(error))
        request.log.warn({ err: error, requestId: request.id }, 'Health check failed')
      return sendJson(reply.code(503), { status: 'error', detail: 'redis unavailable' })
    }
  })
}
