/** Finds alerts about what is sent to others: e-mails that wait or were given up, and webhooks that fail or are paused. */
import { type Mail, Prisma, type Webhook } from '#prisma/generated/client/client.ts'
import { type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { PATIENCE_MS } from '#server/mail/outbox.ts'

const HOUR_MS = 3_600_000
/** For which a message that was given up needs attention. */
const ATTENTION_MS = 7 * 24 * HOUR_MS

type Size = { size: number }
type Context = { db: Database; now: Clock; isFirst: boolean }

/** Finds alerts about e-mail: messages that no SMTP server has accepted for an hour, and those that were given up. */
export const mailAlerts: AlertSource<Context> = async (context) => {
  if (!context.isFirst) return []
  const found = await Promise.all([findWaiting(context), findFailed(context)])
  return found.flat()
}

/** Counted from the first attempt, or from the time when an administrator sent it again. */
async function findWaiting({ db, now }: Context): Promise<FoundAlert[]> {
  const query = Prisma.sql`SELECT "giveUpAt", "lastError", count(*) OVER ()::int AS "size" FROM "Mail"
    WHERE "state" = 'WAITING' AND "giveUpAt" <= ${new Date(now().getTime() + PATIENCE_MS - HOUR_MS)}::timestamp
    ORDER BY "giveUpAt" LIMIT 1`
  const [oldest] = await readTogether<Pick<Mail, 'giveUpAt' | 'lastError'> & Size>(db, query, ['giveUpAt'])
  if (!oldest) return []
  const { size } = oldest
  const waiting = `${plural(size, 'e-mail')} ${size === 1 ? 'has' : 'have'} waited for more than an hour.`
  const reason = oldest.lastError ?? 'No process sends e-mail. Check SMTP_URL, and that a worker runs.'
  const since = new Date(oldest.giveUpAt.getTime() - PATIENCE_MS)
  return [{ code: 'MAIL_WAITING', since, size, message: `${waiting} ${reason}` }]
}

async function findFailed({ db, now }: Context): Promise<FoundAlert[]> {
  const query = Prisma.sql`SELECT "recipient", "lastError", count(*) OVER ()::int AS "size" FROM "Mail"
    WHERE "state" = 'FAILED' AND "endedAt" >= ${new Date(now().getTime() - ATTENTION_MS)}::timestamp
    ORDER BY "endedAt" DESC LIMIT 1`
  const [last] = await readTogether<Pick<Mail, 'recipient' | 'lastError'> & Size>(db, query)
  if (!last) return []
  const { size } = last
  const given = `${plural(size, 'e-mail')} could not be sent in the last 7 days. The last one, to ${last.recipient}:`
  return [{ code: 'MAIL_FAILED', size, message: `${given} ${last.lastError}` }]
}

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 3_600_000

type Failing = Pick<Webhook, 'id' | 'url' | 'description' | 'active' | 'failingSince' | 'problem'>

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
