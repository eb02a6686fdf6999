/** Refuses an entity that failed a check, and says which field of the input is at fault, if one is. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { type EntityCheckName, EntityRejectedError, isAcceptable } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { SubordinateFields } from '#server/services/subordinate/input.ts'

/** The fields of which a check looks at nothing but what they say of the entity. */
const examinedFields: Partial<Record<EntityCheckName, readonly (keyof SubordinateFields)[]>> = {
  KEYS: ['jwks'],
  CONSTRAINTS: ['constraints'],
  METADATA_POLICY: ['metadataPolicy', 'forcedMetadata'],
  TRUST_MARKS: ['requiredTrustMarks'],
}

/** How the operation names the entity, and what it was told about it. */
type Operation = { subject: 'entityId' | 'id'; fields: SubordinateFields }

/** The configuration that passed every check. @throws EntityRejectedError with the checks */
export function accepted({ checks, statement }: Examination, operation: Operation): EntityStatement {
  if (statement && isAcceptable(checks)) return statement
  throw new EntityRejectedError(checks, faultyField({ checks }, operation))
}

/** The field that was given for the only check that failed; else the entity itself is at fault. */
function faultyField({ checks }: Pick<Examination, 'checks'>, { subject, fields }: Operation): string {
  const failed = checks.filter(({ status }) => status === 'FAILED').map(({ name }) => name)
  const candidates = failed.flatMap((name) => examinedFields[name] ?? [])
  const given = candidates.filter((name) => fields[name] != null)
  const [only] = given
  return failed.length === 1 && given.length === 1 && only ? only : subject
}
