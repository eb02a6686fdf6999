/** Computes the row after an update. A change of the statement examines the entity as at registration. */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { type Settings, typedSubordinate } from '#server/database/typed-row.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { Examine } from '#server/services/entity/examiner.ts'
import type { ParsedFields } from '#server/services/subordinate/input.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'
import { declaredMetadata, toColumns, toRenewedColumns } from '#server/services/subordinate/row.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'

/** Fields without effect on how the entity resolves, and on whether it may be registered. */
const unexamined: readonly string[] = [
  ...(['metadata', 'validFor', 'autorenew', 'additionalClaims'] satisfies (keyof ParsedFields)[]),
  ...Object.keys(unpublishedFields),
]

/** Whether a change of these fields examines the entity, and takes the keys of its configuration if it names no others. */
export const isExamined = (fields: object): boolean =>
  Object.keys(fields).some((name) => !unexamined.includes(name))

/** The columns, and the examination that they took; null: none. @throws EntityRejectedError */
export async function updatedColumns(
  examine: Examine,
  before: Subordinate,
  fields: ParsedFields,
  settings: Settings,
  now: Date,
) {
  if (!isExamined(fields)) {
    const cleared = fields.metadata === null ? declaredMetadata(storedStatement(before)) : {}
    return { data: { ...cleared, ...toColumns(fields) }, examination: null }
  }
  const examination = await examineAgain(examine, before, fields, settings)
  const statement = accepted(examination, { subject: 'id', fields })
  const metadataFollowsEntity = fields.metadata === null || before.metadataFollowsEntity
  const data = {
    ...toRenewedColumns(statement, { metadataFollowsEntity }, now),
    ...toColumns(fields),
    jwks: fields.jwks ?? statement.claims.jwks,
    ...(fields.jwks === undefined ? {} : { keysCompared: fields.jwks !== null }),
  }
  return { data, examination }
}

/** An entity with its present registration and these fields. */
export function examineAgain(
  examine: Examine,
  before: Subordinate,
  fields: ParsedFields,
  settings: Settings,
): Promise<Examination> {
  const { entityId } = before
  const present = typedSubordinate(before)
  const registration = { ...present, ...fields }
  // Without keys, those of the entity's own configuration apply.
  const jwks = fields.jwks === undefined ? present.jwks : fields.jwks
  return examine({ entityId, settings, registration, jwks, registered: true })
}

function storedStatement({ entityConfiguration }: Subordinate): EntityStatement {
  return parseEntityStatement(entityConfiguration, { allowHttp: true }) // checked when it was fetched
}
