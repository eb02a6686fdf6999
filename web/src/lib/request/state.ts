/** Describes the states of a request. In the first two it is open. */
import type { RequestState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const requestStates: Readonly<
  Record<RequestState, { tone: Tone; label: string; explanation: string }>
> = {
  WAITING_FOR_OPERATOR: {
    tone: 'warning',
    label: 'Waits for an operator',
    explanation: 'An operator approves it, refuses it, or asks the organization for something.',
  },
  WAITING_FOR_MEMBER: {
    tone: 'quiet',
    label: 'Waits for the organization',
    explanation: 'An operator asked for something. A comment of the organization answers it.',
  },
  APPROVED: { tone: 'success', label: 'Approved', explanation: 'It was approved and carried out.' },
  REFUSED: { tone: 'error', label: 'Refused', explanation: 'Nothing of it was carried out.' },
  WITHDRAWN: {
    tone: 'quiet',
    label: 'Withdrawn',
    explanation: 'The organization withdrew it. Nothing of it was carried out.',
  },
}

export const isOpen = (state: RequestState) =>
  state === 'WAITING_FOR_OPERATOR' || state === 'WAITING_FOR_MEMBER'
