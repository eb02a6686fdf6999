import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const TrustMarkPage = graphql(`
  query TrustMarkPage($id: ID!) {
    trustMark(id: $id) {
      id entityId state issuedAt expiresAt revokedAt revocationReason autorenew validFor renewalTime lastError
      invalidReason
      trustMarkType { id type description }
      subordinate { id displayName }
      mark { ...JwtFields }
      delegation
      describedIn { ...DescriptionFields }
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.trustMarks)
  const { trustMark: mark } = await read(fetch, TrustMarkPage, { id: params.id })
  if (!mark) error(404, { message: 'There is no such Trust Mark.' })
  return { title: 'Trust Mark', mark, holder: mark.subordinate }
}
