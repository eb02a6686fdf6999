/** Finds alerts about e-mail: messages that no SMTP server has accepted for an hour, and those that were given up. */
import { type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { PATIENCE_MS } from '#server/mail/outbox.ts'

const HOUR_MS = 3_600_000
/** For which a message that was given up needs attention. */
const ATTENTION_MS = 7 * 24 * HOUR_MS

type Context = { db: Database; now: Clock; isFirst: boolean }

export const mailAlerts: AlertSource<Context> = async (context) => {
  if (!context.isFirst) return []
  const found = await Promise.all([findWaiting(context), findFailed(context)])
  return found.flat()
}

/** Counted from the first attempt, or from the time when an administrator sent it again. */
async function findWaiting({ db, now }: Context): Promise<FoundAlert[]> {
  const giveUpAt = { lte: new Date(now().getTime() + PATIENCE_MS - HOUR_MS) }
  const where = { state: 'WAITING', giveUpAt }
  const [size, oldest] = await Promise.all([
    db.mail.count({ where }),
    db.mail.findFirst({ where, orderBy: { giveUpAt: 'asc' }, select: { giveUpAt: true, lastError: true } }),
  ])
  if (!oldest) return []
  const waiting = `${plural(size, 'e-mail')} ${size === 1 ? 'has' : 'have'} waited for more than an hour.`
  const reason = oldest.lastError ?? 'No process sends e-mail. Check SMTP_URL, and that a worker runs.'
  const since = new Date(oldest.giveUpAt.getTime() - PATIENCE_MS)
  return [{ code: 'MAIL_WAITING', since, size, message: `${waiting} ${reason}` }]
}

async function findFailed({ db, now }: Context): Promise<FoundAlert[]> {
  const where = { state: 'FAILED', endedAt: { gte: new Date(now().getTime() - ATTENTION_MS) } }
  const [size, last] = await Promise.all([
    db.mail.count({ where }),
    db.mail.findFirst({
      where,
      orderBy: { endedAt: 'desc' },
      select: { recipient: true, lastError: true },
    }),
  ])
  if (!last) return []
  const given = `${plural(size, 'e-mail')} could not be sent in the last 7 days. The last one, to ${last.recipient}:`
  return [{ code: 'MAIL_FAILED', size, message: `${given} ${last.lastError}` }]
}
