/** The hash of an audit event, by which each is chained to the one before. */
import { createHash } from 'node:crypto'
import type { AuditEvent } from '#prisma/generated/client/client.ts'

type Hashed = Omit<AuditEvent, 'id' | 'hash' | 'before' | 'after'> & { before: unknown; after: unknown }

/** Outcome and reason count where there is something to tell: the entries from before they existed keep their hash. */
export function hashOf(event: Hashed): string {
  const { at, actor, method, address, requestId, action, resourceType, resource, eventTypes, before, after } =
    event
  const content = [
    at.toISOString(),
    actor,
    method,
    address,
    requestId,
    action,
    resourceType,
    resource,
    eventTypes,
  ]
  const ending = event.outcome === 'SUCCEEDED' && event.reason === null ? [] : [event.outcome, event.reason]
  return createHash('sha256')
    .update(canonicalJson([event.previousHash, ...content, before, after, ...ending]))
    .digest('hex')
}

/** Members in one order: the database keeps JSON by value, not by the order in which it came. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`
}
