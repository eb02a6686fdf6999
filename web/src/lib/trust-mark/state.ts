/** Describes the states of a Trust Mark (§8.4.2). */
import type { TrustMarkState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const trustMarkStates: Record<TrustMarkState, { tone: Tone; label: string; explanation: string }> = {
  ACTIVE: { tone: 'success', label: 'Active', explanation: 'The status endpoint confirms it.' },
  INVALID: {
    tone: 'error',
    label: 'Invalid',
    explanation: 'Verifiers refuse it, and the status endpoint answers “invalid”.',
  },
  EXPIRED: { tone: 'error', label: 'Expired', explanation: 'It has expired and is no longer valid.' },
  REVOKED: {
    tone: 'quiet',
    label: 'Revoked',
    explanation: 'The status endpoint answers “revoked”, permanently.',
  },
}
