/** The run that renews Trust Marks: all active ones, or those that are due. */
import { SPREAD } from '#core/outage-budget.ts'
import { Prisma, type Run } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { isDueOnly, throwRetryable } from '#server/jobs/kind/subordinates.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import { future } from '#server/publish/age.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

/** Hours for failures before a mark falls below the outage budget; most marks are valid for much longer. */
const LONGEST_MARGIN = 24

/** The shortest life of a renewed mark, which a delegation may shorten, in hours. */
const life = Prisma.sql`CASE
  WHEN m."delegation" IS NULL THEN least(m."validFor", s."maximumTrustMarkHours") * ${1 - SPREAD}::float8
  ELSE extract(epoch FROM m."expiresAt" - m."issuedAt") / 3600 END`

/**
 * Hours before expiry: the renewal time, or the outage budget and half of what the life has beyond it, up to a day. A tenth of
 * the life passes in any case, so that a mark is not renewed at each look.
 */
const renewalHours = Prisma.sql`(
  SELECT greatest(least(m."renewalTime", 0.9 * ${life}), CASE WHEN ${life} > s."outageBudget"
    THEN s."outageBudget" + least(${LONGEST_MARGIN}::float8, (${life} - s."outageBudget") / 2) END)
  FROM "Settings" s)`

/** Marks that are to be renewed by now, or that a wrong clock issued in the future. */
export const dueTrustMarks = Prisma.sql`m."active" AND m."autorenew"
  AND m."expiresAt" > now() AT TIME ZONE 'utc'
  AND (m."expiresAt" < now() AT TIME ZONE 'utc' + ${renewalHours} * interval '1 hour'
    OR m."issuedAt" > ${future})`

/** Those that are ready at the same time are written together. */
const AT_A_TIME = 64

export const trustMarks: RunKindRow = {
  action: 'startRenewal',
  atATime: () => AT_A_TIME,
  prepare: (tx, run) => addMarks(tx, run, isDueOnly(run.parameters) ? dueTrustMarks : Prisma.sql`m."active"`),
  work: renewMark,
}

/** `replaces` is the hash of the JWT to replace: a mark with another JWT is already done. */
function addMarks(tx: Transaction, { id }: Run, where: Prisma.Sql): Promise<unknown> {
  return tx.$executeRaw`
    INSERT INTO "RunItem" ("runId", "key", "resource", "input")
    SELECT ${id}, m."id"::text, t."type" || ' ' || m."entityId",
      jsonb_build_object('replaces', encode(sha256(convert_to(m."jwt", 'UTF8')), 'hex'))
    FROM "TrustMark" m JOIN "TrustMarkType" t ON t."id" = m."trustMarkTypeId"
    WHERE ${where}
    ORDER BY m."expiresAt", m."id"`
}

async function renewMark(context: RunContext, task: Task): Promise<Outcome> {
  return replaceOnce(context, task, (id) => context.services.trustMarks.renew(task.caller, id))
}

/** Replaces the JWT of an item from `addMarks`, unless that is already done. */
async function replaceOnce(
  { db }: RunContext,
  { item }: Task,
  replace: (id: number) => Promise<unknown>,
): Promise<Outcome> {
  const id = Number(item.key)
  const mark = await db.trustMark.findUnique({ where: { id }, select: { active: true, jwt: true } })
  if (!mark?.active) return { message: 'No longer active. Nothing to sign.' }
  const { replaces } = item.input as { replaces: string } // written above
  if (hashTrustMark(mark.jwt) !== replaces) return { message: 'Already signed since the run started.' }
  await replace(id).catch(throwRetryable)
  return {}
}

/** The run that re-signs Trust Marks with the current key and keeps their expiry: all, those of a type, or of a wrong clock. */
export const reissue: RunKindRow = {
  action: 'reissueTrustMarks',
  atATime: () => AT_A_TIME,

  prepare: (tx, run) => {
    const type = typeOf(run.parameters)
    const ofType = type === null ? Prisma.empty : Prisma.sql`AND t."type" = ${type}`
    const ofFuture = isFutureOnly(run.parameters) ? Prisma.sql`AND m."issuedAt" > ${future}` : Prisma.empty
    const valid = Prisma.sql`m."active" AND m."expiresAt" > now() AT TIME ZONE 'utc'`
    return addMarks(tx, run, Prisma.sql`${valid} ${ofType} ${ofFuture}`)
  },

  work: (context, task) =>
    replaceOnce(context, task, (id) => context.services.trustMarks.reissue(task.caller, id)),
}

/** Parameters of the run; without a type, all marks. @throws NotFoundError */
export async function reissueParameters(db: Database, trustMarkType: string | null | undefined) {
  if (!trustMarkType) return {}
  const type = await db.trustMarkType.findUnique({ where: { type: trustMarkType }, select: { id: true } })
  if (!type) throw new NotFoundError(`There is no Trust Mark type ${trustMarkType}.`, 'trustMarkType')
  return { trustMarkType }
}

function isFutureOnly(parameters: Prisma.JsonValue): boolean {
  return typeof parameters === 'object' && parameters !== null && 'future' in parameters
}

function typeOf(parameters: Prisma.JsonValue): string | null {
  const isNamed = typeof parameters === 'object' && parameters !== null && 'trustMarkType' in parameters
  return isNamed ? String(parameters.trustMarkType) : null
}
