import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinatePolicy = graphql(`
  query SubordinatePolicy($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate { id metadataPolicy constraints intermediate }
    }
    trustAnchor { metadataPolicy constraints }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates)
  const { node, trustAnchor } = await read(fetch, SubordinatePolicy, { id: params.id })
  return { subordinate: subordinateOf(node), trustAnchor }
}
