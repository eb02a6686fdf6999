/** Describes the checks for an Entity Type or a Trust Mark type as a form. */
import { type Field, flag } from '#lib/form/field.ts'
import { splitEntries } from '#lib/form/value-kind.ts'
import type {
  PipelineCheckFieldsFragment,
  PipelineCheckInput,
  PipelineCheckName,
  PipelineFailureRule,
} from '#lib/gql/graphql.ts'

export interface CheckDraft {
  check: PipelineCheckName
  onFailure: PipelineFailureRule
  trustMarkTypes: string[]
  requiresAll: boolean
  /** One on each line, because there may be many. */
  entityIds: string
  tags: string[]
  url: string
  text: string
}

/** As many as the API accepts. */
export const MAXIMUM_CHECKS = 10

/** Terms that are not accepted leave an operator nothing to decide. */
export const newCheck = (check: PipelineCheckName): CheckDraft => ({
  check,
  onFailure: check === 'TERMS_ACCEPTED' ? 'REFUSE' : 'ASK',
  trustMarkTypes: [],
  requiresAll: true,
  entityIds: '',
  tags: [],
  url: '',
  text: '',
})

const show = (stored: PipelineCheckFieldsFragment): CheckDraft => ({
  check: stored.check,
  onFailure: stored.onFailure,
  trustMarkTypes: stored.trustMarkTypes ?? [],
  requiresAll: stored.requiresAll ?? true,
  entityIds: (stored.entityIds ?? []).join('\n'),
  tags: stored.tags ?? [],
  url: stored.url ?? '',
  text: stored.text ?? '',
})

/** The API refuses a field that a check has no use for. */
const needs: Readonly<Record<PipelineCheckName, (draft: CheckDraft) => Partial<PipelineCheckInput>>> = {
  OPENID_METADATA: () => ({}),
  ORGANIZATION_NAME: () => ({}),
  TRUST_MARKS_HELD: ({ trustMarkTypes, requiresAll }) => ({ trustMarkTypes, requiresAll }),
  ON_LIST: ({ entityIds, tags }) => ({ entityIds: splitEntries(entityIds), tags }),
  DECISION_SERVICE: ({ url }) => ({ url: url.trim() }),
  TERMS_ACCEPTED: ({ text }) => ({ text }),
}

/** All of them are sent, so that the API names them by their places in the form. */
const checks: Field<CheckDraft[], PipelineCheckInput[]> = {
  label: 'Checks',
  placeOf: ([at]) => `check ${Number(at) + 1}`,
  empty: [],
  show: (stored) => (Array.isArray(stored) ? stored.map(show) : []),
  parse: (rows) => ({
    input: rows.map((row) => ({ check: row.check, onFailure: row.onFailure, ...needs[row.check](row) })),
  }),
}

export const checksFields = { checks, approves: flag('Approve at once') }

/** Trust Marks can be asked for in several ways: all of some types, and one of others. */
export const mayRepeat = (check: PipelineCheckName) => check === 'TRUST_MARKS_HELD'

/** Moves a check by one place; the same list at an end. */
export function moved<Item>(items: readonly Item[], at: number, by: 1 | -1): Item[] {
  const [item, other] = [items[at], items[at + by]]
  if (item === undefined || other === undefined) return [...items]
  return items.map((each, place) => (place === at ? other : place === at + by ? item : each))
}
