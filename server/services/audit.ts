/** The audit log: every state change, each entry chained to the one before by its hash. */
import { createHash } from 'node:crypto'
import { type AuditEvent, Prisma } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/caller.ts'
import type { Transaction } from '#server/database.ts'

export type AuditEntry = {
  /** Mutation or command that made the change, in the API's words. */
  action: string
  resourceType:
    | 'Subordinate'
    | 'TrustMarkType'
    | 'TrustMark'
    | 'TrustAnchor'
    | 'SigningKey'
    | 'User'
    | 'ApiKey'
    | 'RenewalRun'
    | 'Schedule'
  /** Natural key of what changed. */
  resource: string
  before?: object | undefined
  after?: object | undefined
  /** Types of the Subordinate Events draft. */
  eventTypes?: readonly string[] | undefined
}

/** What the first entry is chained to. */
const GENESIS = '0'.repeat(64)

/** Appends one entry. The lock makes writers take turns until they commit, so that the chain has no forks. */
export async function recordAuditEvent(tx: Transaction, caller: Caller, entry: AuditEntry): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('inmor:audit'))`
  const last = await tx.auditEvent.findFirst({ orderBy: { id: 'desc' }, select: { hash: true } })
  const data = {
    at: new Date(),
    actor: caller.name,
    method: caller.method,
    address: caller.address ?? null,
    requestId: caller.requestId ?? null,
    action: entry.action,
    resourceType: entry.resourceType,
    resource: entry.resource,
    eventTypes: [...(entry.eventTypes ?? [])],
    before: snapshot(entry.before),
    after: snapshot(entry.after),
    previousHash: last?.hash ?? GENESIS,
  }
  await tx.auditEvent.create({
    data: {
      ...data,
      before: data.before ?? Prisma.DbNull,
      after: data.after ?? Prisma.DbNull,
      hash: hashOf(data),
    },
  })
}

/** A row as plain JSON: dates become strings, as in the API. */
function snapshot(row: object | undefined): Prisma.InputJsonObject | null {
  return row ? JSON.parse(JSON.stringify(row)) : null
}

type Hashed = Omit<AuditEvent, 'id' | 'hash' | 'before' | 'after'> & { before: unknown; after: unknown }

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
  return createHash('sha256')
    .update(canonicalJson([event.previousHash, ...content, before, after]))
    .digest('hex')
}

/** Members in one order: the database keeps JSON by value, not by the order in which it came. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`
}

const PAGE = 1000

/** Checks the whole chain; the id of the first entry that was altered, removed or put in, or null. */
export async function verifyAuditLog(db: Transaction): Promise<{ checked: number; brokenAt: number | null }> {
  let previousHash = GENESIS
  let checked = 0
  for (let after = 0; ; ) {
    const events = await db.auditEvent.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    for (const event of events) {
      if (event.previousHash !== previousHash || hashOf(event) !== event.hash)
        return { checked, brokenAt: event.id }
      previousHash = event.hash
      checked++
    }
    const last = events.at(-1)
    if (!last) return { checked, brokenAt: null }
    after = last.id
  }
}
