/** Describes the effect of a policy on a subordinate in words. */
import type { PolicyEffect } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const effectWords: Record<PolicyEffect, { tone: Tone; label: string }> = {
  FAILS: { tone: 'error', label: 'Would fail' },
  CHANGED: { tone: 'warning', label: 'Changed' },
  UNCHANGED: { tone: 'success', label: 'Unchanged' },
}
