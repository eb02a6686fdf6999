/** Lists what needs a person, worst first, with what people decided about it. */
import type { AlertState } from '#prisma/generated/client/client.ts'
import { type AlertSeverity, alertCodes, type FoundAlert } from '#server/alerts/alert.ts'
import { awaitedAlerts } from '#server/alerts/awaited.ts'
import { clockAlerts, collectedAlerts, expiryAlerts, memberAlerts } from '#server/alerts/federation.ts'
import { ownTrustMarkAlerts, pinnedAnchorAlerts } from '#server/alerts/foreign.ts'
import { accessAlerts, jobAlerts, keyAlerts, publicationAlerts } from '#server/alerts/installation.ts'
import { mailAlerts } from '#server/alerts/mail.ts'
import { approverAlerts, bypassAlerts, waitingChangeAlerts } from '#server/alerts/protection.ts'
import { rolloverAlerts } from '#server/alerts/rollover.ts'
import { webhookAlerts } from '#server/alerts/webhooks.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { recordChange } from '#server/services/write.ts'

export type Alert = FoundAlert & {
  /** The same for the same matter, also after it was gone. */
  id: string
  since: Date
  severity: AlertSeverity
  size: number
  acknowledgedBy: string | null
  /** Null unless it is in the future. */
  snoozedUntil: Date | null
}

export type AlertDeps = {
  db: Database
  publishing: PublishContext
  queue: Pick<JobQueue, 'countWorkers'>
  now: Clock
  /** Short name of the anchor. */
  slug: string
  /** The first anchor also has the alerts about access, webhooks and e-mail, which are the installation's. */
  isFirst: boolean
}

const sources = [
  publicationAlerts,
  jobAlerts,
  clockAlerts,
  memberAlerts,
  awaitedAlerts,
  collectedAlerts,
  expiryAlerts,
  pinnedAnchorAlerts,
  ownTrustMarkAlerts,
  keyAlerts,
  rolloverAlerts,
  bypassAlerts,
  waitingChangeAlerts,
  approverAlerts,
  webhookAlerts,
  mailAlerts,
  accessAlerts,
]

const LONGEST_SNOOZE_DAYS = 90
const DAY_MS = 86_400_000

export type AlertService = ReturnType<typeof createAlertService>

export function createAlertService(deps: AlertDeps) {
  const { db, now } = deps

  /** When this process saw the alerts first whose causes have no beginning of their own. */
  const firstSeen = new Map<string, Date>()

  function beginningOf(id: string, { since }: FoundAlert): Date {
    if (since) return since
    const seen = firstSeen.get(id) ?? now()
    firstSeen.set(id, seen)
    return seen
  }

  async function list(): Promise<Alert[]> {
    const [found, states] = await Promise.all([
      Promise.all(sources.map((source) => source(deps))),
      db.alertState.findMany(),
    ])
    const stateOf = new Map(states.map((state) => [state.id, state]))
    const alerts = found.flat().map((each): Alert => {
      const id = each.about === undefined ? each.code : `${each.code}:${each.about}`
      const [severity] = alertCodes[each.code]
      const present = { ...each, since: beginningOf(id, each), size: each.size ?? 1 }
      return { ...present, id, severity, ...decisionOf(stateOf.get(id), present, now()) }
    })
    for (const id of firstSeen.keys()) if (!alerts.some((alert) => alert.id === id)) firstSeen.delete(id)
    const rank = ({ severity, since }: Alert) => [severity === 'CRITICAL' ? 0 : 1, since.getTime()] as const
    return alerts.sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1])
  }

  async function decide(
    caller: Caller,
    id: string,
    action: AuditAction,
    decision: Partial<Pick<AlertState, 'acknowledgedBy' | 'snoozedUntil'>>,
  ): Promise<Alert> {
    const alert = (await list()).find((each) => each.id === id)
    if (!alert) throw new NotFoundError('There is no such alert. It may have ended.', 'id')
    const { since, size, acknowledgedBy, snoozedUntil } = alert
    const state = { since, size, acknowledgedBy, snoozedUntil, ...decision }
    return recordChange(db, caller, async (tx) => {
      await tx.alertState.upsert({ where: { id }, create: { id, ...state }, update: state })
      const after = { message: alert.message, ...decision }
      return { action, resource: id, after, result: { ...alert, ...decision } }
    })
  }

  return {
    list,

    /** @throws NotFoundError */
    acknowledge: (caller: Caller, id: string): Promise<Alert> =>
      decide(caller, id, 'acknowledgeAlert', { acknowledgedBy: caller.name }),

    /** @throws NotFoundError, InvalidInputError */
    async snooze(caller: Caller, id: string, until: Date): Promise<Alert> {
      const most = new Date(now().getTime() + LONGEST_SNOOZE_DAYS * DAY_MS)
      if (until <= now() || until > most)
        throw new InvalidInputError(`until must be in the next ${LONGEST_SNOOZE_DAYS} days.`, 'until')
      return decide(caller, id, 'snoozeAlert', { snoozedUntil: until })
    },
  }
}

/** A decision is over when the alert has begun again since, or is about more things. */
function decisionOf(
  state: AlertState | undefined,
  { since, size }: { since: Date; size: number },
  now: Date,
): Pick<Alert, 'acknowledgedBy' | 'snoozedUntil'> {
  if (!state || since > state.since || size > state.size) return { acknowledgedBy: null, snoozedUntil: null }
  const { acknowledgedBy, snoozedUntil } = state
  return { acknowledgedBy, snoozedUntil: snoozedUntil && snoozedUntil > now ? snoozedUntil : null }
}
