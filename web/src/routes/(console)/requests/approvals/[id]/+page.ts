import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { nodeOf } from '#lib/node.ts'
import { sentenceOf } from '#lib/protection/sentence.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const ChangeRequestPage = graphql(`
  query ChangeRequestPage($id: ID!) {
    node(id: $id) {
      __typename
      ...ChangeRequestDetails
    }
  }
`)

export const load = (async ({ fetch, depends, params }) => {
  depends(topic.changeRequests)
  const { node } = await read(fetch, ChangeRequestPage, { id: params.id })
  const request = nodeOf(node, 'ChangeRequest', 'approval')
  return { title: sentenceOf(request), request }
}) satisfies PageLoad
