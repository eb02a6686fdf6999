import { error } from '@sveltejs/kit'
import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const TrustMarkEdit = graphql(`
  query TrustMarkEdit($id: ID!) {
    trustMark(id: $id) {
      id entityId state version validFor renewalTime autorenew additionalClaims
      trustMarkType { type description validFor renewalTime }
      describedIn { ...DescriptionFields }
    }
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = async (event) => {
  const { fetch, depends, params } = event
  depends(topic.trustMarks)
  await requireRight(event, 'mayOperate', 'Your role cannot change Trust Marks.')
  const { trustMark: mark, trustAnchor } = await read(fetch, TrustMarkEdit, { id: params.id })
  if (!mark) error(404, { message: 'This Trust Mark does not exist.' })
  return { title: 'Edit a Trust Mark', mark, maximum: trustAnchor.maximumTrustMarkHours }
}
