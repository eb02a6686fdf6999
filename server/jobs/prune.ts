/**
 * Deletes expired runs, audit events, published objects, sessions, counters, awaited entities, decided requests, approvals,
 * deliveries and e-mails.
 */
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { applyAuditRetention } from '#server/services/audit/retention.ts'
import { applyHistoryRetention } from '#server/services/history/removal.ts'
import { whereNoLongerAwaited } from '#server/services/subordinate/awaited-entities.ts'

const DAY_MS = 86_400_000
/** The audit log keeps what they led to. */
const REQUEST_DAYS = 365
const DELIVERY_DAYS = 30
/** The newest ones. Those that wait for an attempt are kept beside them. */
const MAXIMUM_DELIVERIES = 100_000
/** E-mails that were sent or given up; none waits that long. */
const MAIL_DAYS = 30
/** Runs deleted at a time with their items. A single large transaction would delay writers. */
const BATCH = 20

const lastYear = (now: Date) => new Date(now.getTime() - REQUEST_DAYS * DAY_MS)

/** Removes old data of an anchor. */
export async function prune(db: Database, now: Date): Promise<{ runs: number; objects: number }> {
  const { runRetentionDays } = await readSettings(db)
  const runs = await pruneRuns(db, new Date(now.getTime() - runRetentionDays * DAY_MS))
  await db.awaitedEntity.deleteMany({ where: whereNoLongerAwaited(now) })
  await db.request.deleteMany({ where: { decidedAt: { lt: lastYear(now) } } })
  return { runs, objects: await applyHistoryRetention(db, now) }
}

/** Removes old data of the installation. The retention of the audit log is a setting of the first anchor. */
export async function pruneInstallation(
  db: Database,
  now: Date,
): Promise<{ sessions: number; auditEvents: number }> {
  const expired = { where: { expiresAt: { lt: now } } }
  const { count: sessions } = await db.session.deleteMany(expired)
  await db.verification.deleteMany(expired)
  await db.rateLimit.deleteMany({ where: { lastRequest: { lt: BigInt(now.getTime() - DAY_MS) } } })
  await db.approval.deleteMany({ where: { expiresAt: { lt: lastYear(now) } } })
  await pruneDeliveries(db, now)
  await db.mail.deleteMany({ where: { createdAt: { lt: new Date(now.getTime() - MAIL_DAYS * DAY_MS) } } })
  return { sessions, auditEvents: await applyAuditRetention(db, now) }
}

/** Also the secrets of webhooks that sign no longer. */
async function pruneDeliveries(db: Database, now: Date): Promise<void> {
  const excess = await db.delivery.findFirst({
    orderBy: { id: 'desc' },
    skip: MAXIMUM_DELIVERIES,
    select: { id: true },
  })
  const lastMonth = new Date(now.getTime() - DELIVERY_DAYS * DAY_MS)
  const old = [{ createdAt: { lt: lastMonth } }, { id: { lte: excess?.id ?? 0 } }]
  await db.delivery.deleteMany({ where: { state: { not: 'WAITING' }, OR: old } })
  await db.webhook.updateMany({
    where: { previousSecretUntil: { lt: now } },
    data: { previousSecret: null, previousSecretUntil: null },
  })
}

async function pruneRuns(db: Database, before: Date): Promise<number> {
  for (let removed = 0; ; ) {
    const runs = await db.run.findMany({
      where: { endedAt: { lt: before } },
      orderBy: { id: 'asc' },
      take: BATCH,
      select: { id: true },
    })
    if (runs.length === 0) return removed
    const { count } = await db.run.deleteMany({ where: { id: { in: runs.map(({ id }) => id) } } })
    removed += count
  }
}
