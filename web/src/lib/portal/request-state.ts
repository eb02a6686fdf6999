/** Describes the states of a request to the people of its organization. */
import type { RequestState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const memberRequestStates: Readonly<
  Record<RequestState, { tone: Tone; label: string; explanation: string }>
> = {
  WAITING_FOR_OPERATOR: {
    tone: 'quiet',
    label: 'Waits for the operators',
    explanation: 'They approve it, refuse it, or ask you for something.',
  },
  WAITING_FOR_MEMBER: {
    tone: 'warning',
    label: 'Waits for you',
    explanation: 'The operators asked you for something. Your comment answers them.',
  },
  APPROVED: { tone: 'success', label: 'Approved', explanation: 'It was carried out.' },
  REFUSED: {
    tone: 'error',
    label: 'Refused',
    explanation: 'Nothing of it was carried out. The conversation has the reason.',
  },
  WITHDRAWN: {
    tone: 'quiet',
    label: 'Withdrawn',
    explanation: 'Your organization withdrew it. Nothing of it was carried out.',
  },
}
