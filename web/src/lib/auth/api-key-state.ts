/** Describes the states of an API key. */
import type { ApiKeyState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const apiKeyStates: Record<ApiKeyState, { tone: Tone; label: string }> = {
  ACTIVE: { tone: 'success', label: 'Works' },
  EXPIRED: { tone: 'quiet', label: 'Expired' },
  REVOKED: { tone: 'quiet', label: 'Revoked' },
}
