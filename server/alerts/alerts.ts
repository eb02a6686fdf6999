/** Lists what needs a person, worst first, with what people decided about it. */
import { type AlertState, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSeverity, alertCodes, type FoundAlert } from '#server/alerts/alert.ts'
import {
  approverAlerts,
  bypassAlerts,
  configurationAlerts,
  waitingChangeAlerts,
} from '#server/alerts/changes.ts'
import { mailAlerts, webhookAlerts } from '#server/alerts/delivery.ts'
import { clockAlerts, collectedAlerts, expiryAlerts, memberAlerts } from '#server/alerts/federation.ts'
import { awaitedAlerts, ownTrustMarkAlerts, pinnedAnchorAlerts } from '#server/alerts/foreign.ts'
import { accessAlerts, jobAlerts, keyAlerts, publicationAlerts } from '#server/alerts/installation.ts'
import { budgetAlerts, mirrorAlerts, withdrawalAlerts } from '#server/alerts/publication.ts'
import { rolloverAlerts } from '#server/alerts/rollover.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { recordChange } from '#server/services/write.ts'

type Decision = Pick<AlertState, 'acknowledgedBy' | 'snoozedUntil'>

export type Alert = FoundAlert & {
  /** The same for the same matter, also after it was gone. */
  id: string
  since: Date
  severity: AlertSeverity
  size: number
  acknowledgedBy: string | null
  /** Null unless it is in the future. */
  snoozedUntil: Date | null
  /** What single people decided, where each decides for herself. */
  decisions?: Readonly<Record<string, Decision>>
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
  withdrawalAlerts,
  mirrorAlerts,
  budgetAlerts,
  configurationAlerts,
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
      readTogether<AlertState>(db, Prisma.sql`SELECT * FROM "AlertState"`, ['since', 'snoozedUntil']),
    ])
    const stateOf = new Map(states.map((state) => [state.id, state]))
    const alerts = found.flat().map((each): Alert => {
      const id = each.about === undefined ? each.code : `${each.code}:${each.about}`
      const [severity] = alertCodes[each.code]
      const present = { ...each, since: beginningOf(id, each), size: each.size ?? 1 }
      if (!each.actors) return { ...present, id, severity, ...decisionOf(stateOf.get(id), present, now()) }
      const own = states.filter((state) => state.id.startsWith(`${id}${OF}`))
      const decisions = own.map((state) => [
        state.id.slice(id.length + OF.length),
        decisionOf(state, present, now()),
      ])
      return { ...present, id, severity, ...undecided, decisions: Object.fromEntries(decisions) }
    })
    for (const id of firstSeen.keys()) if (!alerts.some((alert) => alert.id === id)) firstSeen.delete(id)
    // What a person did alone stays at the top.
    const level = ({ actors, severity }: Alert) => (actors ? 0 : severity === 'CRITICAL' ? 1 : 2)
    const rank = (alert: Alert) => [level(alert), alert.since.getTime()] as const
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
    const { since, size, actors } = alert
    if (actors?.includes(caller.name))
      throw new ConflictError('It is about what you did. Another person decides about it.', 'id')
    const { acknowledgedBy, snoozedUntil } = alertFor(alert, caller.name)
    const state = { since, size, acknowledgedBy, snoozedUntil, ...decision }
    const key = actors ? `${id}${OF}${caller.name}` : id
    return recordChange(db, caller, async (tx) => {
      await tx.alertState.upsert({ where: { id: key }, create: { id: key, ...state }, update: state })
      const after = { message: alert.message, ...decision }
      return { action, resource: id, after, result: { ...alert, ...decision } }
    })
  }

  return {
    list,

    /** @throws NotFoundError, ConflictError */
    acknowledge: (caller: Caller, id: string): Promise<Alert> =>
      decide(caller, id, 'acknowledgeAlert', { acknowledgedBy: caller.name }),

    /** @throws NotFoundError, ConflictError, InvalidInputError */
    async snooze(caller: Caller, id: string, until: Date): Promise<Alert> {
      const most = new Date(now().getTime() + LONGEST_SNOOZE_DAYS * DAY_MS)
      if (until <= now() || until > most)
        throw new InvalidInputError(`until must be in the next ${LONGEST_SNOOZE_DAYS} days.`, 'until')
      return decide(caller, id, 'snoozeAlert', { snoozedUntil: until })
    },
  }
}

/** Between the id of an alert and the person who decided for herself. */
const OF = ' of '

const undecided: Decision = { acknowledgedBy: null, snoozedUntil: null }

/** The alert as a person sees it. */
export const alertFor = (alert: Alert, name: string | undefined): Alert => ({
  ...alert,
  ...(name === undefined ? {} : alert.decisions?.[name]),
})

/** A decision is over when the alert has begun again since, or is about more things. */
function decisionOf(
  state: AlertState | undefined,
  { since, size }: { since: Date; size: number },
  now: Date,
): Decision {
  if (!state || since > state.since || size > state.size) return undecided
  const { acknowledgedBy, snoozedUntil } = state
  return { acknowledgedBy, snoozedUntil: snoozedUntil && snoozedUntil > now ? snoozedUntil : null }
}
