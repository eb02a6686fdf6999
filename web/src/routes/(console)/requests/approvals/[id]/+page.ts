import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { nodeOf } from '#lib/node.ts'
import { sentenceOf } from '#lib/protection/sentence.ts'
import { topic } from '#lib/topic.ts'

const ApprovalPage = graphql(`
  query ApprovalPage($id: ID!) {
    node(id: $id) {
      __typename
      ...ApprovalDetails
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.approvals)
  const { node } = await read(fetch, ApprovalPage, { id: params.id })
  const request = nodeOf(node, 'Approval', 'approval')
  return { title: sentenceOf(request), request }
}
