/** Finds alerts about webhooks: those that fail for long, and those that failures have paused. */
import { Prisma, type Webhook } from '#prisma/generated/client/client.ts'
import type { AlertSource } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 3_600_000

type Failing = Pick<Webhook, 'id' | 'url' | 'description' | 'active' | 'failingSince' | 'problem'>
type Context = { db: Database; now: Clock; isFirst: boolean }

export const webhookAlerts: AlertSource<Context> = async ({ db, now, isFirst }) => {
  if (!isFirst) return []
  const lasting = new Date(now().getTime() - ABSENCE_MS)
  const query = Prisma.sql`SELECT "id", "url", "description", "active", "failingSince", "problem" FROM "Webhook"
    WHERE "failingSince" <= ${lasting}::timestamp OR (NOT "active" AND "failingSince" IS NOT NULL) ORDER BY "id"`
  const webhooks = await readTogether<Failing>(db, query, ['failingSince'])
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
