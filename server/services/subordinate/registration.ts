/** Writes registrations that were examined. */
import type { Transaction } from '#server/database/client.ts'
import { toPublish } from '#server/publish/outbox.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { RegisterInput } from '#server/services/subordinate/input.ts'
import type { Preparation } from '#server/services/subordinate/preparation.ts'
import { auditView, toColumns, toDeclaredColumns } from '#server/services/subordinate/row.ts'
import { checkAgainstFederation } from '#server/services/trust-anchor/policy-agreement.ts'
import { linkMarks } from '#server/services/trust-mark/holder.ts'

type Examined = Awaited<ReturnType<Preparation['registration']>> & { input: RegisterInput }

/** Those that wait for their turn at the same time, such as of an import, share their statements. */
export function createRegistration({ write, now }: ServiceContext) {
  return write.grouped(async (tx: Transaction, examined: readonly Examined[]) => {
    for (const { fields } of examined) await checkAgainstFederation(tx, fields.metadataPolicy)
    const rows = await tx.subordinate.createManyAndReturn({
      data: examined.map(({ entityId, fields, statement, input }) => ({
        entityId,
        ...toDeclaredColumns(statement, now()),
        ...toColumns(fields),
        jwks: fields.jwks ?? statement.claims.jwks,
        keysCompared: input.keysCompared === undefined ? Boolean(fields.jwks) : input.keysCompared,
        active: input.active ?? true,
      })),
    })
    await linkMarks(tx, rows)
    await tx.awaitedEntity.deleteMany({ where: { entityId: { in: rows.map(({ entityId }) => entityId) } } })
    return rows.map((result) => ({
      action: 'registerSubordinate' as const,
      resource: result.entityId,
      after: auditView(result),
      eventTypes: ['registration'],
      publish: [toPublish('subordinate', result.entityId)],
      result,
    }))
  })
}
