/** A change of many subordinates as the user describes it, and as the API takes it. */
import { parseValues } from '#lib/form/field.ts'
import type {
  PickedTypeFragment,
  PlanSourceInput,
  SubordinateAction,
  SubordinateSettingsInput,
} from '#lib/gql/graphql.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { subordinateActions } from './action.ts'
import { type SubordinateSettings, subordinateFields } from './draft.ts'
import { type Scope, type Shown, subjects } from './subjects.ts'

/** The settings that can be changed for many at once. */
export type CommonSetting = 'validFor' | 'autorenew' | 'requiredTrustMarks' | 'organizationId'

export interface ChangeDraft {
  scope: Scope
  /** The pasted list. */
  text: string
  action: SubordinateAction
  settings: Pick<SubordinateSettings, CommonSetting>
  /** The settings to change; the others stay. */
  changed: CommonSetting[]
  addTags: string[]
  removeTags: string[]
  type: PickedTypeFragment | undefined
  delegation: string
  /** For a removal only. */
  revokeTrustMarks: boolean
  reason: string
}

export const newDraft = (action: SubordinateAction, scope: Scope): ChangeDraft => ({
  scope,
  text: '',
  action,
  settings: { validFor: '', autorenew: true, requiredTrustMarks: [], organizationId: '' },
  changed: [],
  addTags: [],
  removeTags: [],
  type: undefined,
  delegation: '',
  revokeTrustMarks: true,
  reason: '',
})

/** The source of the plan of a change, or the field that the user must correct. */
export function changeSource(draft: ChangeDraft, shown: Shown): Outcome<PlanSourceInput> {
  const { action, type, delegation, revokeTrustMarks } = draft
  if (action === 'RENEW') return { refusal: { message: 'A renewal has no plan.', path: [] } }
  const { value: changes, refusal } = action === 'UPDATE' ? parseChanges(draft) : {}
  if (refusal) return { refusal }
  const isOfMark = subordinateActions[action].ofMark
  const selection = {
    action,
    subordinates: subjects(draft, shown),
    ...(changes ? { changes } : {}),
    ...(isOfMark ? { trustMarkType: type?.type ?? null } : {}),
    ...(action === 'ISSUE_TRUST_MARK' && delegation.trim() ? { delegation: delegation.trim() } : {}),
    ...(action === 'REMOVE' ? { revokeTrustMarks } : {}),
  }
  return { value: { selection } }
}

function parseChanges({
  settings,
  changed,
  addTags,
  removeTags,
}: ChangeDraft): Outcome<SubordinateSettingsInput> {
  const tags = {
    ...(addTags.length > 0 ? { addTags } : {}),
    ...(removeTags.length > 0 ? { removeTags } : {}),
  }
  if (changed.length === 0 && Object.keys(tags).length === 0)
    return { refusal: { message: 'Choose at least one setting to change.', path: ['changes'] } }
  const given = Object.fromEntries(changed.map((name) => [name, settings[name]]))
  const { value, refusal } = parseValues(subordinateFields, given)
  return refusal ? { refusal } : { value: { ...value, ...tags } }
}
