/** Hashes audit events; each hash covers the previous one, which chains them. */
import { createHash } from 'node:crypto'
import type { AuditEvent } from '#prisma/generated/client/client.ts'

type Hashed = Omit<AuditEvent, 'id' | 'hash' | 'runId' | 'part' | 'before' | 'after'> & {
  before: unknown
  after: unknown
}

/**
 * A success without a reason hashes as before those two columns existed, and an entry without an anchor as before that
 * column did, so that old entries keep their hash.
 */
export function hashOf(event: Hashed): string {
  const {
    at,
    anchor,
    actor,
    method,
    address,
    requestId,
    action,
    resourceType,
    resource,
    eventTypes,
    before,
    after,
  } = event
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
  const place = anchor === null ? [] : [{ anchor }]
  return createHash('sha256')
    .update(canonicalJson([event.previousHash, ...content, before, after, ...ending, ...place]))
    .digest('hex')
}

/** Sorts members, because the database does not keep their order. Lists keep theirs. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`
}
