/** Records failed and refused changes of the REST API under the names of the GraphQL mutations. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OperationError } from '#server/error/operation-error.ts'
import { anchorOf, knownCaller } from '#server/rest/access.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { recordRefusal } from '#server/services/audit/refusals.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name of the equivalent mutation; required for routes that change something with a scope that is not `read`. */
    action?: AuditAction
  }
}

const readMethods = ['GET', 'HEAD']

/** Codes for responses without a thrown error. */
const codes: Readonly<Record<number, string>> = {
  400: 'INVALID_INPUT',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  503: 'UNAVAILABLE',
}

/** Requests without a valid key are not recorded: they could fill the log. */
export function recordRefusals(app: FastifyInstance): void {
  const thrown = new WeakMap<FastifyRequest, Error>()
  app.addHook('onRoute', ({ url, method, config }) => {
    const isRead =
      config?.scope === 'read' || config?.scope === 'public' || readMethods.includes(String(method))
    if (!isRead && !config?.action)
      throw new TypeError(`The route ${url} says nothing about what it changes.`)
  })
  app.addHook('onError', async (request, _reply, error) => void thrown.set(request, error))
  app.addHook('onSend', async (request, reply, payload) => {
    const { action } = request.routeOptions.config
    const [caller, usual] = [knownCaller(request), codes[reply.statusCode]]
    if (!caller || !action || !usual) return payload
    const error = thrown.get(request)
    const code = error instanceof OperationError ? error.code : usual
    const message = error?.message ?? 'It already exists.'
    try {
      await recordRefusal(anchorOf(request).db, caller, { action, input: subjectOf(request), code, message })
    } catch (err) {
      request.log.error({ err, action }, 'a refusal could not be recorded')
    }
    return payload
  })
}

/** The members of a request that identify its object, under the names of the services. None is a secret. */
function subjectOf({ body, params }: FastifyRequest): Record<string, unknown> {
  const given = { ...(body as object | null) } as Record<string, unknown> // JSON, or nothing
  const { id } = { ...(params as object | null) } as Record<string, unknown> // from the path
  const { entityid, domain, tmtype } = given
  return { entityId: entityid ?? domain, type: tmtype, id: id === undefined ? id : String(id) }
}
