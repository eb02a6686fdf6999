/** Appends entries to the audit log, each chained to the previous one by its hash. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type AuditAction, type AuditOutcome, auditActions } from '#server/services/audit/action.ts'
import { hashOf } from '#server/services/audit/hash.ts'
import { type LockedHead, lockAuditHead } from '#server/services/audit/head.ts'
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

/** `runId`: of the run on whose behalf the change was made. */
export type AttributedEntry = { caller: Caller; entry: AuditEntry; runId: number | undefined }

/** The last step of a transaction, because other writers wait for its commit. */
export async function appendAuditEntries(
  tx: Transaction,
  entries: readonly AttributedEntry[],
): Promise<void> {
  const head = await lockAuditHead(tx)
  const led = await findLedRuns(tx, entries)
  let previousHash = head.hash
  const rows = entries.map((each) => {
    const content = contentOf(each, head)
    const { runId } = content
    const row = { ...content, previousHash, part: runId !== null && led.has(runId) }
    if (runId !== null) led.add(runId)
    previousHash = hashOf(row)
    const { before, after } = row
    return { ...row, before: before ?? Prisma.DbNull, after: after ?? Prisma.DbNull, hash: previousHash }
  })
  const created = await tx.auditEvent.createManyAndReturn({ data: rows, select: { id: true } })
  const lastId = created.at(-1)?.id
  // Not with the client's `update`: the rules of this table do not allow its RETURNING.
  await tx.$executeRaw`
    UPDATE "AuditHead" SET "count" = "count" + ${rows.length}, "lastId" = ${lastId}, "hash" = ${previousHash}`
}

function contentOf({ caller, entry, runId }: AttributedEntry, { now, anchor }: LockedHead) {
  return {
    at: now,
    anchor,
    actor: caller.name,
    method: caller.method,
    apiKey: caller.apiKey?.label ?? null,
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
    runId: runId ?? null,
  }
}

/**
 * The runs whose first entry is there; other entries are parts of its group. The start of a run is an entry of its own,
 * except of a scheduled run: its first change leads the group.
 */
async function findLedRuns(tx: Transaction, entries: readonly AttributedEntry[]): Promise<Set<number>> {
  const led = new Set<number>()
  for (const { caller, runId } of entries) {
    if (runId === undefined || led.has(runId)) continue
    const isLed =
      caller.method !== 'job' || (await tx.auditEvent.findFirst({ where: { runId }, select: { id: true } }))
    if (isLed) led.add(runId)
  }
  return led
}
