import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateMetadata = graphql(`
  query SubordinateMetadata($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate { metadata resolvedMetadata }
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates)
  const { node } = await read(fetch, SubordinateMetadata, { id: params.id })
  return { subordinate: subordinateOf(node) }
}
