import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { nodeOf } from '#lib/node.ts'
import { topic } from '#lib/topic.ts'

const TrustMarkTypeEdit = graphql(`
  query TrustMarkTypeEdit($id: ID!) {
    node(id: $id) {
      __typename
      ...TypeFacts
      ... on TrustMarkType { describedIn { ...DescriptionFields } }
    }
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = async (event) => {
  const { fetch, depends, params } = event
  depends(topic.trustMarks)
  await requireRight(event, 'mayOperate', 'Your role cannot change Trust Mark types.')
  const { node, trustAnchor } = await read(fetch, TrustMarkTypeEdit, { id: params.id })
  const type = nodeOf(node, 'TrustMarkType', 'Trust Mark type')
  return { title: 'Edit a Trust Mark type', type, maximum: trustAnchor.maximumTrustMarkHours }
}
