/** Reads the samples of all installation gauges from the database. */

import { type Alert, type AlertDeps, createAlertService } from '#server/alerts/alerts.ts'
import type { Database } from '#server/database/client.ts'
import { healthOf, rateOf } from '#server/publish/publication-status.ts'
import { presentEntities } from '#server/services/collection/present.ts'
import { stateExpression, subordinateStates } from '#server/services/subordinate/problem.ts'

export type Sample = { labels?: Record<string, string>; value: number }

/** Days ahead for which expiring items are counted. */
const HORIZONS = [1, 7, 14]

export type InstallationSource = AlertDeps

type Counted = { label: string; count: number }

const labelled = (name: string, rows: readonly Counted[]): Sample[] =>
  rows.map(({ label, count }) => ({ labels: { [name]: label }, value: count }))

/** Each gauge by its name; one that has no samples is absent. */
export async function readInstallation(source: InstallationSource) {
  const { db, queue, now } = source
  const age = (at: Date) => (now().getTime() - at.getTime()) / 1000
  const [
    subordinates,
    collected,
    trustMarks,
    expiring,
    outbox,
    lease,
    drift,
    mirrors,
    runs,
    schedules,
    workers,
    found,
  ] = await Promise.all([
    countSubordinates(db),
    countCollected(db),
    countTrustMarks(db),
    Promise.all(HORIZONS.map((days) => countExpiring(db, days, now()))),
    db.outboxEntry.aggregate({ _count: true, _min: { createdAt: true } }),
    db.publisherLease.findUnique({ where: { id: 1 } }),
    db.driftReport.findUnique({ where: { id: 1 } }),
    db.mirror.findMany(),
    countRuns(db),
    db.schedule.findMany({ where: { enabled: true } }),
    queue.countWorkers(),
    createAlertService(source).list(),
  ])
  const alerts = sumByCode(found)
  const pending = { pending: outbox._count, oldest: outbox._min.createdAt }
  const publication = { ...pending, lease, redisReachable: true } // inmor_redis_up shows the rest
  return {
    inmor_subordinates: labelled('state', subordinates),
    inmor_collected_entities: labelled('state', collected),
    inmor_trust_marks: labelled('state', trustMarks),
    inmor_expiring: expiring.flat(),
    inmor_outbox_entries: [{ value: outbox._count }],
    inmor_outbox_oldest_seconds: [{ value: outbox._min.createdAt ? age(outbox._min.createdAt) : 0 }],
    inmor_publication_rate: [{ value: rateOf(publication, now()) }],
    inmor_publication_stalled: [{ value: healthOf(publication, now()) === 'STALLED' ? 1 : 0 }],
    inmor_publication_failing: [{ value: lease?.lastError ? 1 : 0 }],
    inmor_drift: drift
      ? labelled('kind', [
          { label: 'missing', count: drift.missing },
          { label: 'unexpected', count: drift.unexpected },
          { label: 'different', count: drift.different },
        ])
      : [],
    inmor_drift_checked_seconds: drift ? [{ value: age(drift.checkedAt) }] : [],
    inmor_mirror_age_seconds: mirrors.flatMap(({ url: mirror, checkedAt, signedAt }) =>
      signedAt ? [{ labels: { mirror }, value: (checkedAt.getTime() - signedAt.getTime()) / 1000 }] : [],
    ),
    inmor_mirror_state: mirrors.map(({ url: mirror, state }) => ({
      labels: { mirror, state: state.toLowerCase() },
      value: 1,
    })),
    inmor_runs: labelled('state', runs),
    inmor_schedule_failing: schedules.map(({ name, lastSucceeded }) => ({
      labels: { schedule: name },
      value: lastSucceeded === false ? 1 : 0,
    })),
    inmor_schedule_ended_seconds: schedules.flatMap(({ name, lastEndedAt }) =>
      lastEndedAt ? [{ labels: { schedule: name }, value: age(lastEndedAt) }] : [],
    ),
    inmor_alerts: alerts.map(({ code, severity, size }) => ({
      labels: { code, severity: severity.toLowerCase() },
      value: size,
    })),
    inmor_workers: [{ value: workers }],
  } satisfies Record<string, Sample[]>
}

/** Alerts of one code, such as of several schedules, are one sample. */
function sumByCode(found: readonly Alert[]): Pick<Alert, 'code' | 'severity' | 'size'>[] {
  const sums = new Map<string, Pick<Alert, 'code' | 'severity' | 'size'>>()
  for (const { code, severity, size } of found)
    sums.set(code, { code, severity, size: (sums.get(code)?.size ?? 0) + size })
  return [...sums.values()]
}

export type InstallationGauge = keyof Awaited<ReturnType<typeof readInstallation>>

/** Each row counts in one state, as in the API. */
async function countSubordinates(db: Database): Promise<Counted[]> {
  const rows = await db.$queryRaw<{ state: string; count: number }[]>`
    SELECT ${stateExpression} AS "state", count(*)::int AS "count" FROM "Subordinate" GROUP BY 1`
  const counts = new Map(rows.map(({ state, count }) => [state, count]))
  return subordinateStates.map((state) => ({ label: state.toLowerCase(), count: counts.get(state) ?? 0 }))
}

/** Counts the entities of the last crawl; registered entities are counted as subordinates only. */
async function countCollected(db: Database): Promise<Counted[]> {
  const rows = await db.$queryRaw<{ state: string; count: number }[]>`
    SELECT coalesce(lower(e."state"), 'unknown') AS "state", count(*)::int AS "count"
    FROM ${presentEntities} GROUP BY 1`
  const counts = new Map(rows.map(({ state, count }) => [state, count]))
  return ['active', 'does_not_resolve', 'unknown'].map((label) => ({ label, count: counts.get(label) ?? 0 }))
}

/** Those that are neither revoked nor expired. */
async function countTrustMarks(db: Database): Promise<Counted[]> {
  const [row] = await db.$queryRaw<[Record<'active' | 'failing', number>]>`
    SELECT count(*) FILTER (WHERE "failingSince" IS NULL)::int AS active,
      count(*) FILTER (WHERE "failingSince" IS NOT NULL)::int AS failing
    FROM "TrustMark" WHERE "active" AND "expiresAt" > now() AT TIME ZONE 'utc'`
  return Object.entries(row).map(([label, count]) => ({ label, count }))
}

async function countExpiring(db: Database, days: number, now: Date): Promise<Sample[]> {
  const between = { gt: now, lt: new Date(now.getTime() + days * 86_400_000) }
  const [statements, trustMarks] = await Promise.all([
    db.subordinate.count({ where: { active: true, statementExpiresAt: between } }),
    db.trustMark.count({ where: { active: true, expiresAt: between } }),
  ])
  const sample = (what: string, value: number) => ({ labels: { what, within_days: String(days) }, value })
  return [sample('subordinate_statement', statements), sample('trust_mark', trustMarks)]
}

async function countRuns(db: Database): Promise<Counted[]> {
  const count = (state: string) => db.run.count({ where: { state } })
  return [
    { label: 'queued', count: await count('QUEUED') },
    { label: 'running', count: await count('RUNNING') },
  ]
}
