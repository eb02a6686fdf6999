/** Describes the settings of a subordinate as a form. */
import { flag, jsonObject, list, parseValues, text, type Values, wholeNumber } from '#lib/form/field.ts'
import type { StatementChangesInput } from '#lib/gql/graphql.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { isRecord } from '#lib/json/json.ts'

/** Written by operators for themselves. */
export const annotationFields = {
  note: text('Note'),
  tags: list('Tags', 'At most 20, with up to 40 characters each. Note and tags are never published.'),
}

/** Of a subordinate: what operators record about it. */
export const unpublishedFields = {
  organizationId: text('Organization', 'Recorded here only. It is never published.'),
  ...annotationFields,
}

export type Annotation = Values<typeof annotationFields>

export const subordinateFields = {
  forcedMetadata: jsonObject('Forced metadata', 1),
  metadataPolicy: jsonObject('Metadata policy', 2),
  constraints: jsonObject('Constraints', 1),
  validFor: wholeNumber('Validity of the statement'),
  autorenew: flag('Renew automatically'),
  requiredTrustMarks: list(
    'Required Trust Marks',
    'Types of which the entity must hold a valid mark at every check.',
  ),
  additionalClaims: jsonObject('Additional claims'),
  jwks: jsonObject('Registered keys'),
  ...unpublishedFields,
}

export type SubordinateSettings = Values<typeof subordinateFields>

/** Whether constraints close every path through an Intermediate: the Intermediate counts itself (§6.2.1). */
export const closesPaths = ({ constraints }: { constraints?: unknown }): boolean =>
  isRecord(constraints) && constraints.max_path_length === 0

/** The changes of the statement; automatic renewal and what is unpublished are not part of it. */
export function statementChanges({
  autorenew: _,
  organizationId: _organization,
  note: _note,
  tags: _tags,
  ...fields
}: Partial<SubordinateSettings>): Outcome<StatementChangesInput> {
  return parseValues(subordinateFields, fields)
}
