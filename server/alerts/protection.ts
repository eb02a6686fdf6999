/** Finds alerts about protected changes: those that wait for a second person, and those that were made without one. */
import { type AlertSource, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'

const WEEK_MS = 7 * 86_400_000
/** Before the end of a change request. */
const SOON_MS = 12 * 3_600_000

type Context = { db: Database; now: Clock; slug: string; isFirst: boolean }

/** The first anchor has those of the installation too. */
export const waitingChangeAlerts: AlertSource<Context> = async ({ db, now, slug, isFirst }) => {
  const anchor = isFirst ? [{ anchor: slug }, { anchor: null }] : [{ anchor: slug }]
  const where = { state: 'OPEN', expiresAt: { gt: now() }, OR: anchor }
  const soon = new Date(now().getTime() + SOON_MS)
  const [size, ending, oldest] = await Promise.all([
    db.changeRequest.count({ where }),
    db.changeRequest.count({ where: { ...where, expiresAt: { gt: now(), lte: soon } } }),
    db.changeRequest.findFirst({
      where,
      orderBy: { id: 'asc' },
      select: { requestedAt: true, requestedBy: true },
    }),
  ])
  if (!oldest) return []
  const waits = `${plural(size, 'change')} ${size === 1 ? 'waits' : 'wait'} for the approval of a second person.`
  const message = `${waits} ${size === 1 ? 'It' : 'The oldest one'} is by ${oldest.requestedBy}.`
  const waiting = { code: 'CHANGE_WAITS', since: oldest.requestedAt, size, message } as const
  if (ending === 0) return [waiting]
  const ends = `${plural(ending, 'change')} that ${ending === 1 ? 'waits' : 'wait'} for approval ${ending === 1 ? 'ends' : 'end'} within 12 hours.`
  return [waiting, { code: 'CHANGE_ENDS', size: ending, message: `${ends} Approve or refuse.` }]
}

export const bypassAlerts: AlertSource<Context> = async ({ db, now }) => {
  const where = {
    action: { in: ['overrideChangeRequest', 'bypassApproval'] },
    outcome: 'SUCCEEDED',
    at: { gte: new Date(now().getTime() - WEEK_MS) },
  }
  const [size, last, people] = await Promise.all([
    db.auditEvent.count({ where }),
    db.auditEvent.findFirst({ where, orderBy: { id: 'desc' } }),
    db.auditEvent.groupBy({ by: ['actor'], where, orderBy: { actor: 'asc' } }),
  ])
  if (!last) return []
  const made = `${plural(size, 'protected change')} ${size === 1 ? 'was' : 'were'} made without a second person in the last 7 days.`
  const by = `${size === 1 ? 'It was' : 'The last one was'} made by ${last.actor}`
  const how =
    last.method === 'cli' ? 'on the command line of the server.' : `who gave this reason: ${last.reason}`
  const actors = people.map(({ actor }) => actor)
  return [{ code: 'APPROVAL_BYPASSED', since: last.at, size, actors, message: `${made} ${by}, ${how}` }]
}
