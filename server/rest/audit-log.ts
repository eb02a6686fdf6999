/** `/api/v1/auditlog`: who changed what, the latest first. */
import { z } from 'zod'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { RestApp, RestDeps } from '#server/rest/deps.ts'
import { failures } from '#server/rest/error.ts'
import { listOf, Page, slice } from '#server/rest/page.ts'

const snapshot = z.unknown().describe('The thing at that time, as JSON; null when there was none.')

const Output = z.object({
  id: z.int(),
  timestamp: z.iso.datetime(),
  actor: z.string().describe('A username, `job:<name>` or `cli:<system user>`.'),
  method: z.string().describe('By which way in, such as `api_key`.'),
  address: z.string().nullable().describe('From which network address.'),
  action: z.string().describe('What was done, in the words of the GraphQL mutations.'),
  resource_type: z.string(),
  resource: z.string().describe('Which one, by its natural key.'),
  event_types: z.array(z.string()).describe('Types of the Subordinate Events draft.'),
  before: snapshot,
  after: snapshot,
  request_id: z.string().nullable(),
  hash: z.string().describe('SHA-256 over this entry and the hash of the one before.'),
})

const Filter = Page.extend({
  actor: z.string().optional().describe('Only by this actor.'),
  action: z.string().optional().describe('Only this action.'),
  resource_type: z.string().optional().describe('Only this kind of thing.'),
  resource: z.string().optional().describe('Only this thing.'),
})

function shown(event: AuditEvent): z.input<typeof Output> {
  const { id, actor, method, address, action, resource, before, after, hash } = event
  return {
    id,
    timestamp: event.at.toISOString(),
    actor,
    method,
    address,
    action,
    resource_type: event.resourceType,
    resource,
    event_types: event.eventTypes,
    before,
    after,
    request_id: event.requestId,
    hash,
  }
}

export function auditLogRoutes(app: RestApp, { db }: RestDeps): void {
  app.get(
    '/auditlog',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Audit log'],
        summary: 'Lists the entries of the audit log, the latest first',
        querystring: Filter,
        response: { 200: listOf(Output).describe('A page of them.'), ...failures },
      },
    },
    async ({ query }) => {
      const { actor, action, resource, resource_type: resourceType } = query
      const conditions = { actor, action, resource, resourceType }
      // An absent condition does not count.
      const where = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
      const rows = await db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, ...slice(query) })
      return { count: await db.auditEvent.count({ where }), items: rows.map(shown) }
    },
  )
}
