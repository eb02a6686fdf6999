/** Describes the state of a collected entity: of its registration, or of the evaluation of the last crawl. */
import type { SubordinateState } from '#lib/gql/graphql.ts'
import { subordinateStates } from '#lib/subordinate/state.ts'
import type { Tone } from '#lib/tone.ts'

type Entity = { state?: SubordinateState | null; subordinate?: object | null }
type Words = { tone: Tone; label: string; explanation: string }

const ofCrawl: Partial<Record<SubordinateState, Words>> = {
  ACTIVE: {
    tone: 'success',
    label: 'Resolves',
    explanation: 'It resolves under the present policy and constraints, with what the last crawl read.',
  },
  DOES_NOT_RESOLVE: {
    ...subordinateStates.DOES_NOT_RESOLVE,
    explanation: 'Others would refuse it under the present policy and constraints.',
  },
}

const unknown: Words = {
  tone: 'quiet',
  label: 'Not evaluated',
  explanation: 'The last crawl could not read enough of it. The next crawl tries again.',
}

export function collectedState({ state, subordinate }: Entity): Words {
  if (!state) return unknown
  return (subordinate ? undefined : ofCrawl[state]) ?? subordinateStates[state]
}
