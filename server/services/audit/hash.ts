/** Hashes audit events; each hash covers the previous one, which chains them. */
import { createHash } from 'node:crypto'
import type { AuditEvent } from '#prisma/generated/client/client.ts'

type Hashed = Omit<AuditEvent, 'id' | 'hash' | 'before' | 'after'> & {
  before: unknown
  after: unknown
}

/** Over everything that is shown, and the hash of the previous entry. */
export function hashOf(event: Hashed): string {
  const { runId, part } = event
  return digest([...contentOf(event), { runId, part }])
}

/**
 * Whether the hash of an entry is the one over its content. Earlier versions did not hash the run; such a hash is none of
 * an entry that says a run since.
 */
export function hasOwnHash(event: Hashed & { hash: string }): boolean {
  return event.hash === hashOf(event) || event.hash === digest(contentOf(event))
}

/**
 * A success without a reason hashes as before those two columns existed, and an entry without an anchor or an API key as
 * before that column did, so that old entries keep their hash.
 */
function contentOf(event: Hashed): unknown[] {
  const {
    at,
    anchor,
    actor,
    method,
    apiKey,
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
  const key = apiKey === null ? [] : [{ apiKey }]
  return [event.previousHash, ...content, before, after, ...ending, ...place, ...key]
}

const digest = (content: readonly unknown[]) =>
  createHash('sha256').update(canonicalJson(content)).digest('hex')

/** Sorts members, because the database does not keep their order. Lists keep theirs. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`
}
