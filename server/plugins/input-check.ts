/** Refuses input that cannot be stored or published before a handler sees it. */
import type { FastifyInstance } from 'fastify'
import { formatPath } from '#core/path.ts'
import { findInputFault } from '#server/error/value-check.ts'

/** Answers 400. GraphQL, at the path `except`, names the variable itself. */
export function refuseFaultyInput(app: FastifyInstance, { except }: { except: string }): void {
  app.addHook('preValidation', async ({ body, query, routeOptions }) => {
    if (routeOptions.url === except) return
    const fault = findInputFault(query) ?? findInputFault(body)
    if (!fault) return
    const message = `${formatPath(fault.path) || 'The request'} ${fault.finding}.`
    throw Object.assign(new Error(message), { statusCode: 400, code: 'INVALID_INPUT' })
  })
}
