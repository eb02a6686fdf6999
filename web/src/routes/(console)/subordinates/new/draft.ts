/** A registration as it is typed, and as the API takes it. */
import type { RegisterSubordinateInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { type SubordinateSettings, settingsInput } from '#lib/subordinate/draft.ts'

export interface Draft {
  settings: SubordinateSettings
  active: boolean
}

export const emptyDraft = (): Draft => ({
  settings: {
    jwks: '',
    forcedMetadata: '',
    metadataPolicy: '',
    constraints: '',
    additionalClaims: '',
    requiredTrustMarks: [],
    validFor: '',
    autorenew: true,
  },
  active: true,
})

export function inputOf(entityId: string, { settings, active }: Draft): Outcome<RegisterSubordinateInput> {
  const { value, refusal } = settingsInput(settings)
  return refusal ? { refusal } : { value: { ...value, entityId, active } }
}

/** Keys that do not fit are found in the entity's configuration, but it is the typed ones that can be mended here. */
export function placed(refusal: Refusal): Refusal {
  const failed = refusal.checks?.filter(({ status }) => status === 'FAILED') ?? []
  const isAboutKeys = failed.length > 0 && failed.every(({ name }) => name === 'KEYS')
  return isAboutKeys ? { ...refusal, path: ['jwks'] } : refusal
}
