/** Reads, creates and revokes API keys. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment ApiKeyFields on ApiKey {
    id name start role anchorSlug state enabled createdAt expiresAt lastUsedAt
    owner { username role }
  }
`)

export const CreateApiKey = mutation(`CreateApiKey { key apiKey { id name } }`)
export const RevokeApiKey = mutation(`RevokeApiKey { apiKey { id } }`)
