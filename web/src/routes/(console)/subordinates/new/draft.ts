/** Describes a registration as a form. */
import { emptyValues, parseValues } from '#lib/form/field.ts'
import type { RegisterSubordinateInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { type SubordinateSettings, subordinateFields } from '#lib/subordinate/draft.ts'

export interface Draft {
  settings: SubordinateSettings
  active: boolean
}

export const emptyDraft = (): Draft => ({ settings: emptyValues(subordinateFields), active: true })

export function inputOf(entityId: string, { settings, active }: Draft): Outcome<RegisterSubordinateInput> {
  const { value, refusal } = parseValues(subordinateFields, settings)
  return refusal ? { refusal } : { value: { ...value, entityId, active } }
}

/** The check compares the entity's keys with the typed ones; only the typed ones can be fixed here. */
export function locateRefusal(refusal: Refusal): Refusal {
  const failed = refusal.checks?.filter(({ status }) => status === 'FAILED') ?? []
  const isAboutKeys = failed.length > 0 && failed.every(({ name }) => name === 'KEYS')
  return isAboutKeys ? { ...refusal, path: ['jwks'] } : refusal
}
