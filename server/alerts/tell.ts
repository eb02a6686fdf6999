/** Tells people and webhooks of alerts: an entry of the audit log, which webhooks follow, and e-mail by severity. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import {
  type AlertCode,
  administratorsOnly,
  plural,
  toldEachTime,
  toldToApprovers,
} from '#server/alerts/alert.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import type { Transaction } from '#server/database/client.ts'
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { whoOperates } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { alertRaised } from '#server/mail/templates/alert-raised.ts'
import { recordChange } from '#server/services/write.ts'

const caller = jobCaller('tell-alerts')

/** Returns the result as a sentence. If the process ends, the next call tells the rest. */
export async function tellAlerts(
  context: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>,
  alerts: readonly Alert[],
): Promise<string> {
  const { db } = context
  const rows = await db.alertNotice.findMany()
  const told = new Map(rows.map(({ id, size }) => [id, size]))
  const raised = alerts.filter((alert) => isNew(alert, told.get(alert.id)))
  const present = new Set(alerts.map(({ id }) => id))
  const ended = rows.filter(({ id }) => !present.has(id))
  for (const alert of raised) await raise(context, alert)
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

/** Each further thing is told where each is a decision of a person; elsewhere the beginning alone. */
const isNew = ({ code, size }: Alert, told: number | undefined): boolean =>
  told === undefined || (size > told && toldEachTime.includes(code))

async function raise(
  context: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>,
  alert: Alert,
): Promise<void> {
  const { id, code, severity, message, size, since } = alert
  await recordChange(context.db, caller, async (tx) => {
    const notice = { size, toldAt: context.now() }
    await tx.alertNotice.upsert({ where: { id }, create: { id, ...notice }, update: notice })
    await sendMails(tx, context, alert)
    const after = { alert: code, severity, message, size, since }
    return { action: 'raiseAlert', resource: id, after, result: undefined }
  })
}

async function sendMails(
  tx: Transaction,
  { slug, entityId, mail, now }: Pick<RunContext, 'slug' | 'entityId' | 'mail' | 'now'>,
  alert: Alert,
): Promise<void> {
  if (!mail.isOn || !isMailed(alert)) return
  const people = await tx.user.findMany({
    where: { AND: [readersOf(alert.code, slug), { mail: true, accounts: { some: {} } }] },
    select: { email: true },
    orderBy: { email: 'asc' },
  })
  const message = alertRaised({
    ...alert,
    anchor: nameOfAnchor(await readSettings(tx), entityId),
    link: new URL(`/a/${slug}`, mail.consoleUrl).href,
    accountUrl: new URL('/account', mail.consoleUrl).href,
  })
  const at = now().toISOString()
  await mail.enqueue(
    tx,
    people.map(({ email }) => ({
      event: 'ALERT' as const,
      to: email,
      anchor: slug,
      message,
      dedupeKey: `${slug}:ALERT:${alert.id}:${at}:${email}`,
    })),
  )
}

/** Warnings are for the dashboard, unless a decision waits for their reader. */
const isMailed = ({ code, severity }: Alert) => severity === 'CRITICAL' || toldToApprovers.includes(code)

function readersOf(code: AlertCode, slug: string): Prisma.UserWhereInput {
  if (!administratorsOnly.includes(code)) return whoOperates(slug)
  return { role: 'admin', OR: [{ banned: false }, { banned: null }] }
}
