/** Finds alerts about published data: what expires within the outage budget, withdrawals that an older database lacked, and mirrors. */
import { validityFor } from '#core/outage-budget.ts'
import { type Mirror, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import type { ScheduleName } from '#server/jobs/schedules.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { canChange, readBudgetReport, type Shortfall } from '#server/publish/outage-budget.ts'
import { readFirstWithdrawals } from '#server/services/found-withdrawals.ts'
import { isProven } from '#server/services/mirror/state.ts'

type Kind = { holds: string; isOne?: true; schedule?: ScheduleName; validity?: string }

const HOUR_MS = 3_600_000

const kinds: Readonly<Record<string, Kind>> = {
  entity_configuration: {
    holds: 'The Entity Configuration holds',
    isOne: true,
    schedule: 'regenerate-entity-configuration',
    validity: 'the validity of the Entity Configuration',
  },
  fetch: {
    holds: 'Subordinate Statements hold',
    schedule: 'renew-subordinates',
    validity: 'the validity of Subordinate Statements',
  },
  trust_mark: {
    holds: 'Trust Marks hold',
    schedule: 'renew-trust-marks',
    validity: 'the validity of the Trust Marks and of their types',
  },
  status_list: { holds: 'Status lists hold' },
  resolve: { holds: 'Resolve responses hold' },
}

/** One for each kind. What no setting lengthens raises none. */
export const budgetAlerts: AlertSource<{ publishing: PublishContext; now: Clock }> = async ({
  publishing,
  now,
}) => {
  const report = await readBudgetReport(publishing)
  if (!report) return []
  const byKind = Map.groupBy(report.shortfalls, ({ kind }) => kind)
  return [...byKind].flatMap(([kind, shortfalls]) => toAlert(kind, shortfalls, report.hours, now()) ?? [])
}

function toAlert(kind: string, all: readonly Shortfall[], hours: number, now: Date): FoundAlert | null {
  const shortfalls = all.filter(canChange)
  const [first] = shortfalls // the earliest
  if (!first) return null
  const { holds = `Files of the kind ${kind} hold`, ...kindOf } = kinds[kind] ?? {}
  const left = Math.floor((first.endsAt.getTime() - now.getTime()) / HOUR_MS)
  const time = left < 1 ? 'less than an hour' : plural(left, 'hour')
  const budget = `the outage budget of ${plural(hours, 'hour')}`
  const causes = shortfalls.map((shortfall) => explain(shortfall, kindOf, hours))
  const size = shortfalls.reduce((sum, { count }) => sum + (count ?? 0), 0)
  return {
    code: 'OUTAGE_BUDGET',
    about: kind,
    ...(size > 0 ? { size } : {}),
    message: [`${holds} for ${time} without this installation, less than ${budget}.`, ...causes].join(' '),
  }
}

function explain(
  { reason, count }: Shortfall,
  { isOne, schedule, validity }: Omit<Kind, 'holds'>,
  hours: number,
): string {
  if (reason === 'FILES_OLD')
    return 'The exported files are older than what is published. The log of what writes them, ta with EXPORT_FOLDER or inmor-export, has the reason.'
  const some = count === 1 ? '1 has' : `${(count ?? 0).toLocaleString('en')} have`
  const which = isOne ? 'It has' : some
  if (reason === 'TOO_SHORT')
    return `${which} a shorter validity. Raise ${validity} to at least ${plural(validityFor(hours), 'hour')}.`
  return `${which} not been renewed in time. Check that a worker runs, and what the schedule ${schedule} reports.`
}

/** Named in the message. */
const NAMED = 20

const words: Readonly<Record<string, string>> = {
  REMOVED: 'removed',
  DEACTIVATED: 'deactivated',
  UNKNOWN: 'not in the database',
}

export const withdrawalAlerts: AlertSource<{ db: Database }> = async ({ db }) => {
  const rows = await readFirstWithdrawals(db, NAMED)
  const [first] = rows
  if (!first) return []
  const { total: size, foundAt: since } = first
  const names = rows.map(
    ({ kind, entityId, trustMarkType }) => `${entityId} (${words[kind] ?? `revoked mark ${trustMarkType}`})`,
  )
  const others = size > names.length ? `, and ${size - names.length} more in the audit log` : ''
  const message = `Redis had a newer state than the database, which was restored or taken over by an older copy. ${plural(size, 'object')} ${size === 1 ? 'is' : 'are'} not published until you decide: ${names.join(', ')}${others}. Run inmor publication decide-withdrawals.`
  return [{ code: 'WITHDRAWALS_FOUND', since, size, message }]
}

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 15 * 60_000

type Seen = Pick<Mirror, 'url' | 'state' | 'since' | 'problem'>

export const mirrorAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const query = Prisma.sql`SELECT "url", "state", "since", "problem" FROM "Mirror" WHERE "state" <> 'CURRENT' ORDER BY "id"`
  const mirrors = await readTogether<Seen>(db, query, ['since'])
  const lasting = new Date(now().getTime() - ABSENCE_MS)
  return mirrors.flatMap(({ url, state, since, problem }): FoundAlert[] => {
    if (state === 'UNREACHABLE' && since > lasting) return []
    const code = isProven({ state }) ? 'MIRROR_DIFFERS' : 'MIRROR_BEHIND'
    return [{ code, about: url, since, message: `The mirror ${url}: ${problem}` }]
  })
}
