/** A run that renews Trust Marks: every one that stands, or those that are due. */
import { Prisma, type RenewalRun } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { again, isDueOnly } from '#server/jobs/kind/subordinates.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import { future } from '#server/publish/age.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

/** Those within their renewal time or from the future, which are renewed without being asked for. */
export const dueTrustMarks = Prisma.sql`m."active" AND m."autorenew"
  AND m."expiresAt" > now() AT TIME ZONE 'utc'
  AND (m."expiresAt" < now() AT TIME ZONE 'utc' + make_interval(hours => m."renewalTime")
    OR m."issuedAt" > ${future})`

export const trustMarks: RunKindRow = {
  action: 'startRenewal',
  prepare: (tx, run) => addMarks(tx, run, isDueOnly(run.parameters) ? dueTrustMarks : Prisma.sql`m."active"`),
  work: renewMark,
}

/** The hash says which JWT is to be replaced: a mark that has another one by now was done. */
export function addMarks(tx: Transaction, { id }: RenewalRun, where: Prisma.Sql): Promise<unknown> {
  return tx.$executeRaw`
    INSERT INTO "RenewalRunItem" ("runId", "key", "resource", "input")
    SELECT ${id}, m."id"::text, t."type" || ' ' || m."entityId",
      jsonb_build_object('replaces', encode(sha256(convert_to(m."jwt", 'UTF8')), 'hex'))
    FROM "TrustMark" m JOIN "TrustMarkType" t ON t."id" = m."trustMarkTypeId"
    WHERE ${where}
    ORDER BY m."expiresAt", m."id"`
}

export async function renewMark(context: RunContext, task: Task): Promise<Outcome> {
  return replaceOnce(context, task, (id) => context.services.trustMarks.renew(task.caller, id))
}

/** Gives the mark of an item that `addMarks` made another JWT, unless it has one by now. */
export async function replaceOnce(
  { db }: RunContext,
  { item }: Task,
  replace: (id: number) => Promise<unknown>,
): Promise<Outcome> {
  const id = Number(item.key)
  const mark = await db.trustMark.findUnique({ where: { id }, select: { active: true, jwt: true } })
  if (!mark?.active) return { message: 'It no longer stands, so there is nothing to sign.' }
  const { replaces } = item.input as { replaces: string } // written above
  if (hashTrustMark(mark.jwt) !== replaces) return { message: 'Signed anew since the run began.' }
  await replace(id).catch(again)
  return {}
}
