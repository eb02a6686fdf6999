/** Describes the states of an approval. */
import type { ApprovalFieldsFragment, ApprovalState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

type Words = { tone: Tone; label: string }

export const changeStates: Readonly<Record<ApprovalState, Words>> = {
  OPEN: { tone: 'warning', label: 'Waits for approval' },
  EXECUTED: { tone: 'success', label: 'Executed' },
  REFUSED: { tone: 'error', label: 'Refused' },
  WITHDRAWN: { tone: 'quiet', label: 'Withdrawn' },
  EXPIRED: { tone: 'quiet', label: 'Expired' },
}

/** An execution without a second person must not look like an approved one. */
export const changeState = ({
  state,
  overridden,
}: Pick<ApprovalFieldsFragment, 'state' | 'overridden'>): Words =>
  overridden ? { tone: 'error', label: 'Executed without approval' } : changeStates[state]
