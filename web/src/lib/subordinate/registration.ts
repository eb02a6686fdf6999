/** Describes a registration as a form. */
import { emptyValues, parseValues } from '#lib/form/field.ts'
import type { RegisterSubordinateInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { type SubordinateSettings, subordinateFields } from '#lib/subordinate/draft.ts'

export interface Draft {
  settings: SubordinateSettings
  active: boolean
  /** The thumbprints that the operator has compared: other keys are not compared yet. */
  compared: string
}

/** What the inspection shows of the entity's keys. */
interface Published {
  jwks: { keys: readonly object[] } | null
  keyThumbprints: readonly { kid: string; thumbprint: string | null }[]
}

export const emptyDraft = (): Draft => ({
  settings: emptyValues(subordinateFields),
  active: true,
  compared: '',
})

/** Names the keys that an entity publishes. */
export const thumbprintsOf = ({ keyThumbprints }: Published) =>
  keyThumbprints.map(({ kid, thumbprint }) => thumbprint ?? kid).join(' ')

export const areKeysTyped = ({ settings }: Draft) => settings.jwks.trim() !== ''

export const areCompared = ({ compared }: Draft, published: Published) =>
  compared !== '' && compared === thumbprintsOf(published)

/** Compared keys are sent, so that exactly they are registered. */
export function inputOf(
  entityId: string,
  draft: Draft,
  published: Published,
): Outcome<RegisterSubordinateInput> {
  const { settings, active } = draft
  const { value, refusal } = parseValues(subordinateFields, settings)
  if (refusal) return { refusal }
  const isSent = !areKeysTyped(draft) && areCompared(draft, published)
  return { value: { ...value, ...(isSent && { jwks: published.jwks }), entityId, active } }
}

/** The check compares the entity's keys with the typed ones; only the typed ones can be fixed here. */
export function locateRefusal(refusal: Refusal, draft: Draft): Refusal {
  if (!areKeysTyped(draft)) return refusal.path[0] === 'jwks' ? { ...refusal, path: [] } : refusal
  const failed = refusal.checks?.filter(({ status }) => status === 'FAILED') ?? []
  const isAboutKeys = failed.length > 0 && failed.every(({ name }) => name === 'KEYS')
  return isAboutKeys ? { ...refusal, path: ['jwks'] } : refusal
}
