import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { nodeOf } from '#lib/node.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const TrustMarkTypeEdit = graphql(`
  query TrustMarkTypeEdit($id: ID!) {
    node(id: $id) {
      __typename
      ...TypeFacts
    }
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = (async ({ fetch, depends, params, parent }) => {
  depends(topic.trustMarks)
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot change Trust Mark types.' })
  const { node, trustAnchor } = await read(fetch, TrustMarkTypeEdit, { id: params.id })
  const type = nodeOf(node, 'TrustMarkType', 'Trust Mark type')
  return { title: 'Edit a Trust Mark type', type, maximum: trustAnchor.maximumTrustMarkHours }
}) satisfies PageLoad
