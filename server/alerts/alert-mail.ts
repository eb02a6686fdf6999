/** Mails an alert to those who may see it and want it, by their rules. */
import {
  type AlertCode,
  type AlertSeverity,
  administratorsOnly,
  toldEachTime,
  toldToApprovers,
} from '#server/alerts/alert.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import type { Transaction } from '#server/database/client.ts'
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import { administrators } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Audience } from '#server/mail/audience.ts'
import { consoleLink, notificationsLink } from '#server/mail/link.ts'
import { alertRaised } from '#server/mail/templates/alert-raised.ts'
import { findWilling, type NotificationRule } from '#server/services/mail/notification.ts'

/** Milliseconds in which one alert is one message, also if it ends and begins again without a person. */
export const QUIET_MS = 10 * 60_000

/** A change without a second person: each administrator learns of each, also with e-mail turned off. */
export const isAlwaysMailed = (code: AlertCode): boolean => code === 'APPROVAL_BYPASSED'

type Context = Pick<RunContext, 'slug' | 'entityId' | 'mail' | 'now'>

export async function mailAlert(
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
