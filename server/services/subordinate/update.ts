/** Computes the row after an update. A change of the statement examines the entity as at registration. */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { type Settings, typedSubordinate } from '#server/database/typed-row.ts'
import type { Examine } from '#server/services/entity/examiner.ts'
import type { ParsedFields } from '#server/services/subordinate/input.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'
import { declaredMetadata, toColumns, toRenewedColumns } from '#server/services/subordinate/row.ts'

/** Fields that decide how the entity resolves, or whether it may be registered. */
const examined = ['jwks', 'forcedMetadata', 'metadataPolicy', 'constraints', 'requiredTrustMarks'] as const

/** @throws EntityRejectedError */
export async function updatedColumns(
  examine: Examine,
  before: Subordinate,
  fields: ParsedFields,
  settings: Settings,
  now: Date,
) {
  if (examined.every((name) => fields[name] === undefined)) {
    const cleared = fields.metadata === null ? declaredMetadata(storedStatement(before)) : {}
    return { ...cleared, ...toColumns(fields) }
  }
  const statement = await examineAgain(examine, before, fields, settings)
  const metadataFollowsEntity = fields.metadata === null || before.metadataFollowsEntity
  return {
    ...toRenewedColumns(statement, { metadataFollowsEntity }, now),
    ...toColumns(fields),
    jwks: fields.jwks ?? statement.claims.jwks,
  }
}

async function examineAgain(
  examine: Examine,
  before: Subordinate,
  fields: ParsedFields,
  settings: Settings,
): Promise<EntityStatement> {
  const { entityId } = before
  const present = typedSubordinate(before)
  const registration = { ...present, ...fields }
  // Without keys, those of the entity's own configuration apply.
  const jwks = fields.jwks === undefined ? present.jwks : fields.jwks
  const result = await examine({ entityId, settings, registration, jwks, registered: true })
  return accepted(result, { subject: 'id', fields })
}

function storedStatement({ entityConfiguration }: Subordinate): EntityStatement {
  return parseEntityStatement(entityConfiguration, { allowHttp: true }) // checked when it was fetched
}
