/** Placeholder */
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
export function indexPageRoute(app: FastifyInstance, _deps: Deps) {
  app.get('/', async (_request, reply) => reply.send('x'))
}
