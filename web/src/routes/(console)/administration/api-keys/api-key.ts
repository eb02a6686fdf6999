/** Reads, creates and revokes API keys. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ApiKeyFields on ApiKey {
    id name start role anchorSlug state enabled createdAt expiresAt lastUsedAt
    owner { username role }
  }
`)

export const CreateApiKey = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on CreateApiKeySuccess { key apiKey { id name } }
      ...Refusal
    }
  }
`)

export const RevokeApiKey = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      __typename
      ... on RevokeApiKeySuccess { apiKey { id } }
      ...Refusal
    }
  }
`)
