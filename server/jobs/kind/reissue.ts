/** The run that re-signs Trust Marks with the current key and keeps their expiry: all, those of a type, or of a wrong clock. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { AT_A_TIME, addMarks, replaceOnce } from '#server/jobs/kind/trust-marks.ts'
import { future } from '#server/publish/age.ts'

export const reissue: RunKindRow = {
  action: 'reissueTrustMarks',
  atATime: AT_A_TIME,

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
