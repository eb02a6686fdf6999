/** The run that renews subordinates: all active ones, those that are due, or those that were chosen. */
import { type Difference, findDifferences } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { ConflictError, NotFoundError, UnavailableError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { isDryRun, type Outcome, type Task } from '#server/jobs/task.ts'
import { future } from '#server/publish/age.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'

/** Milliseconds until a schedule retries a failed renewal. */
const RETRY_MINUTES = 60

const halfLife = Prisma.sql`("statementExpiresAt" - ("statementExpiresAt" - "statementIssuedAt") / 2)`
const outageBudget = Prisma.sql`(SELECT make_interval(hours => coalesce("outageBudget", 0)) FROM "Settings")`

/** As isDueAnew, in a form that the index of the half-life serves. */
const isPastRenewal = Prisma.sql`(${halfLife} < now() AT TIME ZONE 'utc' + ${outageBudget} / 2
  AND (${halfLife} < now() AT TIME ZONE 'utc' OR "statementExpiresAt" - "statementIssuedAt" > ${outageBudget}))`

/** Why a renewal is due, each with an index in whose order the due rows come first. */
const reasons = [
  [isPastRenewal, halfLife],
  [Prisma.sql`"statementIssuedAt" > ${future}`, Prisma.sql`"statementIssuedAt" DESC`],
  [
    Prisma.sql`"entityConfigurationExpiresAt" < now() AT TIME ZONE 'utc' + interval '1 hour'`,
    Prisma.sql`"entityConfigurationExpiresAt"`,
  ],
] as const

const isRenewed = Prisma.sql`"active" AND "autorenew"`
const wasNotTried = Prisma.sql`("lastCheckedAt" > ${future} OR "lastCheckedAt" < now() AT TIME ZONE 'utc'
    - make_interval(mins => CASE WHEN "lastError" IS NULL AND "unresolvableSince" IS NULL THEN 5 ELSE ${RETRY_MINUTES}::int END))`

const dueSubordinates = Prisma.sql`${isRenewed} AND ${wasNotTried}
  AND (${Prisma.join(
    reasons.map(([condition]) => condition),
    ' OR ',
  )})`

/** One row if there are any: by index, because a schedule asks every few minutes. */
export const anyDueSubordinates = Prisma.join(
  reasons.map(
    ([condition, order]) => Prisma.sql`(SELECT 1 FROM "Subordinate"
      WHERE ${isRenewed} AND ${condition} AND ${wasNotTried} ORDER BY ${order} LIMIT 1)`,
  ),
  ' UNION ALL ',
)

export const subordinates: RunKindRow = {
  action: 'startRenewal',
  inWords: 'renewal of subordinates',
  apartBy: 'action',

  prepare: (tx, { id, parameters }) => tx.$executeRaw`
    INSERT INTO "RunItem" ("runId", "key", "resource")
    SELECT ${id}, "id"::text, "entityId" FROM "Subordinate"
    WHERE ${isDueOnly(parameters) ? dueSubordinates : Prisma.sql`"active"`}
    ORDER BY "statementExpiresAt" NULLS FIRST, "id"`,

  async work({ db, services }: RunContext, task: Task): Promise<Outcome> {
    const { item, run, isResumed } = task
    if (!item.key) throw new NotFoundError(`${item.resource} is not registered.`)
    const id = Number(item.key)
    const row = await db.subordinate.findUnique({ where: { id } })
    if (!row?.active)
      return { message: 'It is not published, so there is nothing to renew.', isSkipped: true }
    if (isResumed && row.lastError === null && row.lastCheckedAt > run.startedAt) {
      return { message: 'Renewed since the run began.' }
    }
    const { reason, action } = run.parameters as RenewalParameters // as its start wrote it
    const caller = { ...task.caller, ...(reason ? { reason } : {}) }
    if (isDryRun(task)) {
      const changes = shown(await findRenewed(services, typedSubordinate(row)))
      const message = 'Would fetch its Entity Configuration again and sign a new statement.'
      return { message, ...(changes.length > 0 ? { changes } : {}) }
    }
    const renew = action === 'RENEW' ? services.subordinates.renew : services.subordinates.refresh
    const { differences } = await renew(caller, id).catch(throwRetryable)
    if (differences.length === 0) return {}
    const changes = shown(differences)
    return { message: `Changed: ${changes.map(({ path }) => path).join(', ')}.`, changes }
  },
}

export type RenewalParameters = {
  /** Those of a schedule, or of all. */
  due?: boolean
  /** Those that a person chose get a new statement in any case. */
  action?: 'RENEW'
  reason?: string
  dryRun?: boolean
}

const shown = (differences: readonly Difference[]) =>
  differences.map(({ path, ...values }) => ({ path: formatPath(path), ...values }))

/** What a renewal would take over. @throws OperationError if it would be refused */
async function findRenewed(
  { subordinates }: RunContext['services'],
  { entityId, jwks, metadata, metadataFollowsEntity }: Subordinate,
): Promise<Difference[]> {
  const examination = await subordinates.inspect({ entityId })
  const { claims } = accepted(examination, { subject: 'id', fields: {} })
  return [
    ...(metadataFollowsEntity
      ? findDifferences(metadata, claims.metadata ?? {}, { path: ['metadata'] })
      : []),
    ...findDifferences(jwks, claims.jwks, { path: ['jwks'] }),
  ]
}

export function isDueOnly(parameters: Prisma.JsonValue): boolean {
  return typeof parameters === 'object' && parameters !== null && 'due' in parameters
}

/** Retries after a concurrent change. */
export function throwRetryable(error: unknown): never {
  throw error instanceof ConflictError ? new UnavailableError(error.message) : error
}
