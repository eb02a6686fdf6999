/** `/api/v1/auditlog`: the audit log, newest first. */
import { z } from 'zod'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import { listOf, Page, type RestApp, slice } from '#server/rest/deps.ts'
import { failures } from '#server/rest/error.ts'
import { addressFor, entriesFor, stateFor } from '#server/services/audit/privacy.ts'

const snapshot = z.unknown().describe('The object at that time, as JSON; null when there was none.')

const Output = z.object({
  id: z.int(),
  timestamp: z.iso.datetime(),
  actor: z.string().describe('A username, `job:<name>` or `cli:<system user>`.'),
  method: z.string().describe('The sign-in method, such as `api_key`.'),
  address: z
    .string()
    .nullable()
    .describe('The network address of the caller; null for keys that may not administer.'),
  action: z.string().describe('The action, by the name of the GraphQL mutation.'),
  resource_type: z.string(),
  resource: z.string().describe('The natural key of the object.'),
  event_types: z.array(z.string()).describe('Types of the Subordinate Events draft.'),
  before: snapshot,
  after: snapshot,
  request_id: z.string().nullable(),
  hash: z.string().describe('SHA-256 over this entry and the hash of the previous entry.'),
})

const Filter = Page.extend({
  actor: z.string().optional().describe('Only entries of this actor.'),
  action: z.string().optional().describe('Only entries of this action.'),
  resource_type: z.string().optional().describe('Only entries of this object type.'),
  resource: z.string().optional().describe('Only entries of this object.'),
})

function toBody(caller: Caller, event: AuditEvent): z.input<typeof Output> {
  const { id, actor, method, action, resource, before, after, hash } = event
  return {
    id,
    timestamp: event.at.toISOString(),
    actor,
    method,
    address: addressFor(caller, event),
    action,
    resource_type: event.resourceType,
    resource,
    event_types: event.eventTypes,
    before: stateFor(caller, event, before),
    after: stateFor(caller, event, after),
    request_id: event.requestId,
    hash,
  }
}

export function auditLogRoutes(app: RestApp): void {
  app.get(
    '/auditlog',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Audit log'],
        summary: 'Lists the entries of the audit log, newest first',
        querystring: Filter,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    async (request) => {
      const { query } = request
      const { db } = anchorOf(request)
      const caller = callerOfRequest(request)
      const { actor, action, resource, resource_type: resourceType } = query
      const conditions = { actor, action, resource, resourceType }
      // Absent conditions are ignored.
      const given = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
      const where = { ...given, ...entriesFor(caller) }
      const rows = await db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, ...slice(query) })
      return { count: await db.auditEvent.count({ where }), items: rows.map((row) => toBody(caller, row)) }
    },
  )
}
