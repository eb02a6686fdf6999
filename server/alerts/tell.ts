/** Tells people and webhooks of alerts: an entry of the audit log, which webhooks follow, and e-mail. */
import type { AlertNotice } from '#prisma/generated/client/client.ts'
import {
  type AlertCode,
  type AlertSeverity,
  administratorsOnly,
  plural,
  toldEachTime,
  toldToApprovers,
} from '#server/alerts/alert.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import type { Transaction } from '#server/database/client.ts'
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { administrators } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Audience } from '#server/mail/outbox.ts'
import { consoleLink, notificationsLink } from '#server/mail/reader.ts'
import { alertRaised } from '#server/mail/templates/operator.ts'
import { lastEntry } from '#server/services/audit/head.ts'
import { findWilling, type NotificationRule } from '#server/services/mail/notification.ts'
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

/** Milliseconds in which one alert is one message, also if it ends and begins again without a person. */
const QUIET_MS = 10 * 60_000

/** A change without a second person: each administrator learns of each, also with e-mail turned off. */
const isAlwaysMailed = (code: AlertCode): boolean => code === 'APPROVAL_BYPASSED'

type Context = Pick<RunContext, 'slug' | 'entityId' | 'mail' | 'now'>

async function mailAlert(
  tx: Transaction,
  { slug, entityId, mail, now }: Context,
  alert: Alert,
): Promise<void> {
  if (!mail.isOn) return
  const { code, severity, id } = alert
  const wants = (rule: NotificationRule) => wantsAlert(rule, code, severity)
  const audience = audienceOf(code)
  const who = audience === 'ADMINISTRATORS' ? administrators : {}
  const isAlways = isAlwaysMailed(code)
  const willing = await findWilling(tx, slug, { who, wants })
  const bound = isAlways ? await findAdministrators(tx) : []
  const message = {
    ...alert,
    anchor: nameOfAnchor(await readSettings(tx), entityId),
    link: consoleLink(mail.consoleUrl, slug),
    lastEntry: await lastEntry(tx),
  }
  const stopUrl = notificationsLink(mail.consoleUrl)
  const isDecision = toldEachTime.includes(code)
  const time = isDecision ? now().toISOString() : Math.floor(now().getTime() / QUIET_MS)
  await mail.enqueue(
    tx,
    [...new Set([...bound, ...willing])].map((email) => ({
      event: 'ALERT' as const,
      to: email,
      anchor: slug,
      audience,
      ...(isAlways && { isUnlimited: true as const }),
      message: alertRaised({ ...message, stopUrl: bound.includes(email) ? null : stopUrl }),
      dedupeKey: `${slug}:ALERT:${id}:${time}:${email}`,
    })),
  )
}

/** Decisions that wait for a person are a kind of their own, without regard to the severity. */
function wantsAlert(
  { alerts, approvals }: NotificationRule,
  code: AlertCode,
  severity: AlertSeverity,
): boolean {
  if (toldToApprovers.includes(code)) return approvals
  return alerts === 'WARNING' || (alerts === 'CRITICAL' && severity === 'CRITICAL')
}

function audienceOf(code: AlertCode): Audience {
  if (administratorsOnly.includes(code)) return 'ADMINISTRATORS'
  return toldToApprovers.includes(code) ? 'OPERATE' : 'READ'
}

async function findAdministrators(tx: Transaction): Promise<string[]> {
  const people = await tx.user.findMany({
    where: { AND: [administrators, { accounts: { some: {} } }] },
    select: { email: true },
  })
  return people.map(({ email }) => email)
}
