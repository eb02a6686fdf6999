/** Appends entries to the audit log, each chained to the previous one by its hash. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { type AuditAction, type AuditOutcome, auditActions } from '#server/services/audit/action.ts'
import { hashOf } from '#server/services/audit/hash.ts'
import { lockAuditHead } from '#server/services/audit/head.ts'
import { snapshot } from '#server/services/audit/snapshot.ts'

export type AuditEntry = {
  action: AuditAction
  /** Natural key of the object. */
  resource: string
  before?: object | undefined
  after?: object | undefined
  /** Types of the Subordinate Events draft. */
  eventTypes?: readonly string[] | undefined
  outcome?: AuditOutcome
  /** The reason of a failure; by default the reason that the caller gave. */
  reason?: string
}

/** The last step of a transaction, because other writers wait for its commit. */
export async function appendAuditEntry(tx: Transaction, caller: Caller, entry: AuditEntry): Promise<void> {
  const head = await lockAuditHead(tx)
  const data = {
    at: head.now,
    anchor: head.anchor,
    actor: caller.name,
    method: caller.method,
    address: caller.address ?? null,
    requestId: caller.requestId ?? null,
    action: entry.action,
    resourceType: auditActions[entry.action],
    resource: entry.resource,
    eventTypes: [...(entry.eventTypes ?? [])],
    before: snapshot(entry.before),
    after: snapshot(entry.after),
    outcome: entry.outcome ?? 'SUCCEEDED',
    reason: entry.reason ?? caller.reason ?? null,
    previousHash: head.hash,
    ...(await groupOf(tx, caller)),
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
  // Not with the client's `update`: the rules of this table do not allow its RETURNING.
  await tx.$executeRaw`UPDATE "AuditHead" SET "count" = "count" + 1, "lastId" = ${id}, "hash" = ${hash}`
}

/** The start of a run is an entry of its own, except of a scheduled run: its first change leads the group. */
async function groupOf(tx: Transaction, caller: Caller): Promise<{ runId: number | null; part: boolean }> {
  const { runId } = getOrigin()
  if (runId === undefined) return { runId: null, part: false }
  const isLed =
    caller.method !== 'job' || (await tx.auditEvent.findFirst({ where: { runId }, select: { id: true } }))
  return { runId, part: Boolean(isLed) }
}
