/** Refuses an entity that failed a check, and names the field of the input at fault, if there is one. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { type EntityCheckName, EntityRejectedError, isAcceptable } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { SubordinateFields } from '#server/services/subordinate/input.ts'

/** The fields that each check applies to the entity. */
const examinedFields: Partial<Record<EntityCheckName, readonly (keyof SubordinateFields)[]>> = {
  KEYS: ['jwks'],
  CONSTRAINTS: ['constraints'],
  METADATA_POLICY: ['metadataPolicy', 'forcedMetadata'],
  TRUST_MARKS: ['requiredTrustMarks'],
}

/** The field with which the operation names the entity, and the fields that it was given. */
type Operation = { subject: 'entityId' | 'id'; fields: SubordinateFields }

/** The configuration that passed every check. @throws EntityRejectedError with the checks */
export function accepted({ checks, statement }: Examination, operation: Operation): EntityStatement {
  if (statement && isAcceptable(checks)) return statement
  throw new EntityRejectedError(checks, faultyField({ checks }, operation))
}

/** The given field behind the only failed check; otherwise the field that names the entity. */
function faultyField({ checks }: Pick<Examination, 'checks'>, { subject, fields }: Operation): string {
  const failed = checks.filter(({ status }) => status === 'FAILED').map(({ name }) => name)
  const candidates = failed.flatMap((name) => examinedFields[name] ?? [])
  const given = candidates.filter((name) => fields[name] != null)
  const [only] = given
  return failed.length === 1 && given.length === 1 && only ? only : subject
}
