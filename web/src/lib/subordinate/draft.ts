/** Describes the settings of a subordinate as a form. */
import {
  type FieldsOf,
  flag,
  jsonObject,
  list,
  parseValues,
  text,
  type Values,
  wholeNumber,
} from '#lib/form/field.ts'
import { pickFields } from '#lib/form/stored.ts'
import type { StatementChangesInput, UpdateSubordinateInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { isRecord } from '#lib/json/json.ts'

/** Written by operators for themselves. */
export const annotationFields = {
  note: text('Note'),
  tags: list('Tags', 'At most 20, with up to 40 characters each. Note and tags are never published.'),
}

/** What operators record about a subordinate. */
export const unpublishedFields = {
  organizationId: text('Organization', 'Recorded here only. It is never published.'),
  ...annotationFields,
}

export type Annotation = Values<typeof annotationFields>

/** What the preview of a statement takes: each field of the API. */
const statementFields = {
  forcedMetadata: jsonObject('Forced metadata', 1),
  metadataPolicy: jsonObject('Metadata policy', 2),
  constraints: jsonObject('Constraints', 1),
  validFor: wholeNumber('Validity of the statement'),
  requiredTrustMarks: list(
    'Required Trust Marks',
    'Types of which the entity must hold a valid mark at every check.',
  ),
  additionalClaims: jsonObject('Additional claims'),
  jwks: jsonObject('Registered keys'),
} satisfies FieldsOf<StatementChangesInput>

/** Each field of the API but the metadata, which the entity declares. */
export const subordinateFields = {
  ...statementFields,
  autorenew: flag('Renew automatically'),
  ...unpublishedFields,
} satisfies FieldsOf<UpdateSubordinateInput, 'metadata'>

graphql(`
  fragment EditableSubordinate on Subordinate {
    version jwks forcedMetadata metadataPolicy constraints additionalClaims requiredTrustMarks validFor autorenew
    ...RecordedAboutSubordinate
  }
`)

/** The unpublished fields, which the page of the subordinate shows too. */
graphql(`
  fragment RecordedAboutSubordinate on Subordinate { note tags organization { id name } }
`)

export type SubordinateSettings = Values<typeof subordinateFields>

/** Whether constraints close every path through an Intermediate: the Intermediate counts itself (§6.2.1). */
export const closesPaths = ({ constraints }: { constraints?: unknown }): boolean =>
  isRecord(constraints) && constraints.max_path_length === 0

/** The changes of the statement; automatic renewal and what is unpublished are not part of it. */
export const statementChanges = (fields: Partial<SubordinateSettings>): Outcome<StatementChangesInput> =>
  parseValues(statementFields, pickFields(fields, Object.keys(statementFields)))
