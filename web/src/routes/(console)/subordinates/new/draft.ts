/** A registration as it is typed, and as the API takes it. */
import type { RegisterSubordinateInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { parseJsonObject } from '#lib/json.ts'

export interface ConstraintsDraft {
  maxPathLength: string
  /** Names, with space or line breaks between them. */
  permitted: string
  excluded: string
  limitsTypes: boolean
  allowedTypes: string[]
}

export interface Draft {
  jwks: string
  forcedMetadata: string
  metadataPolicy: string
  constraints: ConstraintsDraft
  validFor: string
  autorenew: boolean
  active: boolean
}

export const emptyDraft = (): Draft => ({
  jwks: '',
  forcedMetadata: '',
  metadataPolicy: '',
  constraints: { maxPathLength: '', permitted: '', excluded: '', limitsTypes: false, allowedTypes: [] },
  validFor: '',
  autorenew: true,
  active: true,
})

/** The fields that show their own errors. */
export const fields = ['jwks', 'forcedMetadata', 'metadataPolicy', 'constraints', 'validFor'] as const

const names = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** The claim of §6.2; nothing when nothing is limited. */
function constraintsOf(draft: ConstraintsDraft): Record<string, unknown> | null {
  const permitted = names(draft.permitted)
  const excluded = names(draft.excluded)
  const naming = { ...(permitted.length > 0 && { permitted }), ...(excluded.length > 0 && { excluded }) }
  const constraints = {
    ...(draft.maxPathLength !== '' && { max_path_length: Number(draft.maxPathLength) }),
    ...(Object.keys(naming).length > 0 && { naming_constraints: naming }),
    ...(draft.limitsTypes && { allowed_entity_types: draft.allowedTypes }),
  }
  return Object.keys(constraints).length > 0 ? constraints : null
}

/** Refuses, at its field, what is not JSON or not a number; all else is for the server to judge. */
export function inputOf(entityId: string, draft: Draft): Outcome<RegisterSubordinateInput> {
  const jwks = parseJsonObject(draft.jwks)
  const forcedMetadata = parseJsonObject(draft.forcedMetadata)
  const metadataPolicy = parseJsonObject(draft.metadataPolicy)
  for (const [field, { problem }] of Object.entries({ jwks, forcedMetadata, metadataPolicy })) {
    if (problem !== undefined) return { refusal: { message: problem, path: [field] } }
  }
  for (const [field, number] of Object.entries({
    validFor: draft.validFor,
    constraints: draft.constraints.maxPathLength,
  })) {
    if (/\D/.test(number))
      return { refusal: { message: `“${number}” is not a whole number.`, path: [field] } }
  }
  return {
    value: {
      entityId,
      jwks: jwks.value ?? null,
      forcedMetadata: forcedMetadata.value ?? null,
      metadataPolicy: metadataPolicy.value ?? null,
      constraints: constraintsOf(draft.constraints),
      validFor: draft.validFor === '' ? null : Number(draft.validFor),
      autorenew: draft.autorenew,
      active: draft.active,
    },
  }
}

/** Keys that do not fit are found in the entity's configuration, but it is the typed ones that can be mended here. */
export function placed(refusal: Refusal): Refusal {
  const failed = refusal.checks?.filter(({ status }) => status === 'FAILED') ?? []
  const isAboutKeys = failed.length > 0 && failed.every(({ name }) => name === 'KEYS')
  return isAboutKeys ? { ...refusal, path: ['jwks'] } : refusal
}
