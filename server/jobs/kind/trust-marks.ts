/** A run that renews Trust Marks: every one that stands, or those that are due. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { again, isDueOnly } from '#server/jobs/kind/subordinates.ts'
import type { Outcome, RunContext, RunKindRow, Task } from '#server/jobs/run-kinds.ts'
import { trustMarkHash } from '#store/trust-mark-record.ts'

/** Those within their renewal time, which are renewed without being asked for. */
export const dueTrustMarks = Prisma.sql`m."active" AND m."autorenew"
  AND m."expiresAt" > now() AT TIME ZONE 'utc'
  AND m."expiresAt" < now() AT TIME ZONE 'utc' + make_interval(hours => m."renewalTime")`

export const trustMarks: RunKindRow = {
  action: 'startRenewal',

  // The hash says which JWT is to be replaced: a mark that has another one by now was renewed.
  prepare: (tx, { id, parameters }) => tx.$executeRaw`
    INSERT INTO "RenewalRunItem" ("runId", "key", "resource", "input")
    SELECT ${id}, m."id"::text, t."type" || ' ' || m."entityId",
      jsonb_build_object('replaces', encode(sha256(convert_to(m."jwt", 'UTF8')), 'hex'))
    FROM "TrustMark" m JOIN "TrustMarkType" t ON t."id" = m."trustMarkTypeId"
    WHERE ${isDueOnly(parameters) ? dueTrustMarks : Prisma.sql`m."active"`}
    ORDER BY m."expiresAt", m."id"`,

  work: renewMark,
}

export async function renewMark({ db, services }: RunContext, { item, caller }: Task): Promise<Outcome> {
  const id = Number(item.key)
  const mark = await db.trustMark.findUnique({ where: { id }, select: { active: true, jwt: true } })
  if (!mark?.active) return { message: 'It no longer stands, so there is nothing to renew.' }
  const { replaces } = item.input as { replaces: string } // written above
  if (trustMarkHash(mark.jwt) !== replaces) return { message: 'Renewed since the run began.' }
  await services.trustMarks.renew(caller, id).catch(again)
  return {}
}
