/** What may be set about a subordinate, as a form holds it and as the API takes it. */

import type { Stored } from '#lib/form/stored.ts'
import type {
  EditableSubordinateFragment,
  StatementChangesInput,
  UpdateSubordinateInput,
} from '#lib/gql/graphql.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { withoutEmpty } from '#lib/json/edit.ts'
import { isRecord, parseJsonObject, pretty } from '#lib/json/json.ts'

export interface SubordinateSettings {
  /** Claims as JSON text: what is typed is kept, also while it is no JSON. */
  jwks: string
  forcedMetadata: string
  metadataPolicy: string
  constraints: string
  additionalClaims: string
  requiredTrustMarks: string[]
  /** Hours; empty for the federation's default. */
  validFor: string
  autorenew: boolean
}

export const settingLabels: Readonly<Record<keyof SubordinateSettings, string>> = {
  forcedMetadata: 'forced metadata',
  metadataPolicy: 'metadata policy',
  constraints: 'constraints',
  requiredTrustMarks: 'required Trust Marks',
  validFor: 'validity',
  autorenew: 'renewal',
  jwks: 'keys',
  additionalClaims: 'additional claims',
}

/** The fields that show their own errors. */
export const settingFields = Object.keys(settingLabels)

const textOf = (claim: unknown) => (claim === null || claim === undefined ? '' : pretty(claim))

export const storedSettings = (subordinate: EditableSubordinateFragment): Stored<SubordinateSettings> => ({
  version: subordinate.version,
  fields: {
    jwks: textOf(subordinate.jwks),
    forcedMetadata: textOf(subordinate.forcedMetadata),
    metadataPolicy: textOf(subordinate.metadataPolicy),
    constraints: textOf(subordinate.constraints),
    additionalClaims: textOf(subordinate.additionalClaims),
    requiredTrustMarks: subordinate.requiredTrustMarks,
    validFor: subordinate.validFor?.toString() ?? '',
    autorenew: subordinate.autorenew,
  },
})

/** Levels of objects in which a form leaves behind what says nothing. */
const claims = {
  jwks: 0,
  forcedMetadata: 1,
  metadataPolicy: 2,
  constraints: 1,
  additionalClaims: 0,
} as const

/** Refuses, at its field, what is not JSON or not a number; all else is for the server to judge. */
export function settingsInput(
  fields: Partial<SubordinateSettings>,
): Outcome<Omit<UpdateSubordinateInput, 'id'>> {
  const { validFor, requiredTrustMarks, autorenew } = fields
  const parsed: Record<string, unknown> = {}
  for (const [name, depth] of Object.entries(claims)) {
    const text = fields[name as keyof typeof claims] // the keys of the table
    if (text === undefined) continue
    const { value, problem } = parseJsonObject(text)
    if (problem !== undefined) return { refusal: { message: problem, path: [name] } }
    const said = isRecord(value) && depth > 0 ? withoutEmpty(value, depth) : value
    parsed[name] = isRecord(said) && Object.keys(said).length > 0 ? said : null
  }
  if (validFor !== undefined && /\D/.test(validFor)) {
    return { refusal: { message: `“${validFor}” is not a whole number.`, path: ['validFor'] } }
  }
  return {
    value: {
      ...parsed,
      ...(validFor !== undefined && { validFor: validFor === '' ? null : Number(validFor) }),
      ...(requiredTrustMarks && { requiredTrustMarks }),
      ...(autorenew !== undefined && { autorenew }),
    },
  }
}

/** Whether constraints close every path through an Intermediate: the Intermediate counts itself (§6.2.1). */
export const closesPaths = ({ constraints }: Pick<UpdateSubordinateInput, 'constraints'>): boolean =>
  isRecord(constraints) && constraints.max_path_length === 0

/** What the statement would say differently; whether it is renewed by itself does not stand in it. */
export function statementChanges(fields: Partial<SubordinateSettings>): Outcome<StatementChangesInput> {
  const { value, refusal } = settingsInput(fields)
  if (refusal) return { refusal }
  const { autorenew: _autorenew, metadata: _metadata, version: _version, ...changes } = value
  return { value: changes }
}
