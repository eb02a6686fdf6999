/** The audit log: every state change and every refused one, each entry chained to the one before by its hash. */
import { type AuditHead, Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { hashOf } from '#server/services/audit/hash.ts'

export const auditedTypes = [
  'Subordinate',
  'TrustMarkType',
  'TrustMark',
  'TrustAnchor',
  'SigningKey',
  'User',
  'ApiKey',
  'Session',
  'RenewalRun',
  'Schedule',
  'AuditLog',
] as const
export type AuditedType = (typeof auditedTypes)[number]

/** `REFUSED`: for want of a right; `FAILED`: for another reason that was to be expected. */
export const auditOutcomes = ['SUCCEEDED', 'REFUSED', 'FAILED'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

export type AuditEntry = {
  /** Mutation or command that made the change, in the API's words. */
  action: string
  resourceType: AuditedType
  /** Natural key of what changed. */
  resource: string
  before?: object | undefined
  after?: object | undefined
  /** Types of the Subordinate Events draft. */
  eventTypes?: readonly string[] | undefined
  outcome?: AuditOutcome
  /** Why not, when it did not succeed. */
  reason?: string
}

/** Appends one entry: the last thing a transaction does, because others that write wait for its commit. */
export async function recordAuditEvent(tx: Transaction, caller: Caller, entry: AuditEntry): Promise<void> {
  const head = await lockAuditHead(tx)
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
    outcome: entry.outcome ?? 'SUCCEEDED',
    reason: entry.reason ?? null,
    previousHash: head.hash,
  }
  const hash = hashOf(data)
  const { id } = await tx.auditEvent.create({
    data: {
      ...data,
      before: data.before ?? Prisma.DbNull,
      after: data.after ?? Prisma.DbNull,
      hash,
    },
    select: { id: true },
  })
  // Not by the client's `update`, whose RETURNING the rules of this table do not allow.
  await tx.$executeRaw`UPDATE "AuditHead" SET "count" = "count" + 1, "lastId" = ${id}, "hash" = ${hash}`
}

/** Writers take turns from here until they commit, so that the chain has no forks. */
export async function lockAuditHead(tx: Transaction): Promise<AuditHead> {
  const [head] = await tx.$queryRaw<AuditHead[]>`SELECT * FROM "AuditHead" FOR UPDATE`
  if (!head) throw new Error('The audit log has lost its head row; run "inmor audit verify".')
  return head
}

/** A row as plain JSON: dates become strings, as in the API. */
function snapshot(row: object | undefined): Prisma.InputJsonObject | null {
  return row ? JSON.parse(JSON.stringify(row)) : null
}
