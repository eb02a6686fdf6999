/** Describes what a plan does to a group of entities. */
import type { PlanEffectGroupFragment } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export type GroupKind = 'stops' | 'starts' | 'changes'

type Group = Pick<PlanEffectGroupFragment, 'path' | 'before' | 'after' | 'isMixed' | 'reason' | 'count'>

export interface GroupWords {
  tone: Tone
  /** What happens to its entities. */
  label: string
  /** The parameter, or the claim at fault; empty if there is none. */
  subject: string
  /** The difference or the reason. */
  detail: string
}

/** Characters of a value in a sentence. */
const MAX_LENGTH = 200

export function describeGroup(kind: GroupKind, { path: subject, reason, ...group }: Group): GroupWords {
  if (kind === 'stops') {
    const fault = withoutStart(reason ?? '', `${subject}: `)
    // The entities have the rule in common, and may have different values.
    const detail = group.count > 1 && subject ? `for example: ${fault}` : fault
    return { tone: 'error', label: 'Would no longer resolve', subject, detail }
  }
  if (kind === 'starts') {
    const detail = reason ? `Now: ${reason}` : ''
    return { tone: 'success', label: 'Would resolve again', subject, detail }
  }
  const other = subject ? 'changes, with different values' : 'Other parameters change'
  return { tone: 'warning', label: 'Changes', subject, detail: group.isMixed ? other : inWords(group) }
}

const withoutStart = (text: string, start: string) =>
  text.startsWith(start) ? text.slice(start.length) : text

/** Metadata has no null, so null is an absent parameter (§3.2). */
function inWords({ before, after }: Pick<Group, 'before' | 'after'>): string {
  if (before == null) return `is added: ${short(after)}`
  return after == null ? `${short(before)} is removed` : `${short(before)} becomes ${short(after)}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
