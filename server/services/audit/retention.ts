/** Deletes the oldest audit entries so that the rest can still be verified. */
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import { lockAuditHead } from '#server/services/audit/head.ts'
import { recordChange } from '#server/services/write.ts'

const DAY_MS = 86_400_000
/** Rows deleted at a time, so that other writers do not wait long. */
const PAGE = 5_000

/** Applies the setting and returns the number of deleted entries. */
export async function applyAuditRetention(db: Database, now: Date): Promise<number> {
  const { auditRetentionDays } = await readSettings(db)
  if (auditRetentionDays === null) return 0
  return pruneAuditEvents(db, new Date(now.getTime() - auditRetentionDays * DAY_MS), jobCaller('prune'))
}

/**
 * Deletes the entries before a time and returns their number. One transaction moves the head and records that; the rows
 * follow. If the process ends in between, the next call deletes the rest.
 */
export async function pruneAuditEvents(db: Database, before: Date, caller: Caller): Promise<number> {
  const pruned = await recordChange(db, caller, async (tx) => {
    const { prunedId, prunedCount } = await lockAuditHead(tx)
    // A wrong clock can date a late entry early; that does not make the entries before it old.
    const firstKept = await tx.auditEvent.findFirst({
      where: { at: { gte: before }, id: { gt: prunedId } },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    const last = await tx.auditEvent.findFirst({
      where: { id: { gt: prunedId, ...(firstKept ? { lt: firstKept.id } : {}) } },
      orderBy: { id: 'desc' },
      select: { id: true, hash: true },
    })
    if (!last) return { action: null, result: 0 }
    const count = await tx.auditEvent.count({ where: { id: { gt: prunedId, lte: last.id } } })
    await tx.$executeRaw`UPDATE "AuditHead"
      SET "prunedId" = ${last.id}, "prunedHash" = ${last.hash}, "prunedCount" = "prunedCount" + ${count}`
    return {
      action: 'pruneAuditLog',
      resource: `before ${before.toISOString()}`,
      before: { lastEntry: last.id, hash: last.hash },
      after: { removed: count, total: prunedCount + count },
      result: count,
    }
  })
  await deletePruned(db)
  return pruned
}

async function deletePruned(db: Database): Promise<void> {
  for (;;) {
    const deleted = await db.$executeRaw`DELETE FROM "AuditEvent" WHERE "id" IN (
      SELECT "id" FROM "AuditEvent" WHERE "id" <= (SELECT "prunedId" FROM "AuditHead") ORDER BY "id" LIMIT ${PAGE})`
    if (deleted < PAGE) return
  }
}
