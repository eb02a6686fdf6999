/** Keys for scripts, and how they fare. */

import type { ApiKeyFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import type { Tone } from '#lib/tone.ts'

graphql(`
  fragment ApiKeyFields on ApiKey {
    id name start role enabled createdAt expiresAt lastUsedAt
    owner { username role }
  }
`)

export const CreateApiKey = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on MutationCreateApiKeySuccess { data { key apiKey { id name } } }
      ... on Error { message code path }
    }
  }
`)

export const RevokeApiKey = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      __typename
      ... on MutationRevokeApiKeySuccess { data { id } }
      ... on Error { message code path }
    }
  }
`)

export function apiKeyState(
  { enabled, expiresAt }: ApiKeyFieldsFragment,
  now: Date,
): { tone: Tone; label: string } {
  if (!enabled) return { tone: 'quiet', label: 'Revoked' }
  if (expiresAt && new Date(expiresAt) <= now) return { tone: 'quiet', label: 'Expired' }
  return { tone: 'success', label: 'Works' }
}
