/** Finds alerts about webhooks: those that fail for long, and those that failures have paused. */
import type { AlertSource } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 3_600_000

type Context = { db: Database; now: Clock; isFirst: boolean }

export const webhookAlerts: AlertSource<Context> = async ({ db, now, isFirst }) => {
  if (!isFirst) return []
  const lasting = { failingSince: { lte: new Date(now().getTime() - ABSENCE_MS) } }
  const paused = { active: false, failingSince: { not: null } }
  const webhooks = await db.webhook.findMany({ where: { OR: [lasting, paused] }, orderBy: { id: 'asc' } })
  return webhooks.map(({ id, url, description, active, failingSince, problem }) => {
    const name = description ?? new URL(url).host
    return {
      code: 'WEBHOOK_FAILING',
      about: String(id),
      ...(failingSince ? { since: failingSince } : {}),
      subject: { typename: 'Webhook', key: id },
      message: `The webhook ${name} ${active ? 'fails' : 'is paused'}: ${problem}`,
    }
  })
}
