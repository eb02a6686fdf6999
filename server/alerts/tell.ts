/** Tells people and webhooks of alerts: an entry of the audit log, which webhooks follow, and e-mail (alert-mail.ts). */
import type { AlertNotice } from '#prisma/generated/client/client.ts'
import { plural, toldEachTime } from '#server/alerts/alert.ts'
import { isAlwaysMailed, mailAlert, QUIET_MS } from '#server/alerts/alert-mail.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { recordChange } from '#server/services/write.ts'

const caller = jobCaller('tell-alerts')

/** Returns the result as a sentence. If the process ends, the next call tells the rest. */
export async function tellAlerts(
  context: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>,
  alerts: readonly Alert[],
): Promise<string> {
  const { db } = context
  const rows = await db.alertNotice.findMany()
  const notices = new Map(rows.map((row) => [row.id, row]))
  const raised = alerts.filter((alert) => isNew(alert, notices.get(alert.id), context.now()))
  const present = new Set(alerts.map(({ id }) => id))
  const ended = rows.filter(({ id }) => !present.has(id))
  for (const alert of raised) await raise(context, alert)
  // What was decided no longer counts, so that the next one is a further one.
  for (const { id, size } of alerts)
    if (size < (notices.get(id)?.size ?? 0))
      await db.alertNotice.updateMany({ where: { id }, data: { size } })
  for (const { id } of ended) {
    await recordChange(db, caller, async (tx) => {
      const { count } = await tx.alertNotice.deleteMany({ where: { id } })
      return count === 0
        ? { action: null, result: undefined }
        : { action: 'endAlert', resource: id, result: undefined }
    })
  }
  if (raised.length + ended.length === 0) return 'Nothing new.'
  return `${plural(raised.length, 'alert')} told, ${ended.length} ended.`
}

/**
 * Further things count where each is a decision of a person; elsewhere the beginning alone. Those that come soon after a
 * message are in the next one together.
 */
function isNew({ code, size }: Alert, notice: AlertNotice | undefined, now: Date): boolean {
  if (notice === undefined) return true
  if (size <= notice.size || !toldEachTime.includes(code)) return false
  return isAlwaysMailed(code) || now.getTime() - notice.toldAt.getTime() >= QUIET_MS
}

async function raise(
  context: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>,
  alert: Alert,
): Promise<void> {
  const { id, code, severity, message, size, since } = alert
  await recordChange(context.db, caller, async (tx) => {
    const notice = { size, toldAt: context.now() }
    await tx.alertNotice.upsert({ where: { id }, create: { id, ...notice }, update: notice })
    await mailAlert(tx, context, alert)
    const after = { alert: code, severity, message, size, since }
    return { action: 'raiseAlert', resource: id, after, result: undefined }
  })
}
