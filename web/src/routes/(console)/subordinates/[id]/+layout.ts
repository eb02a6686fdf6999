import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateHead = graphql(`
  query SubordinateHead($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate {
        id entityId displayName state entityTypes intermediate active publication
        trustMarks { id }
        describedIn { ...DescriptionFields }
      }
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates, topic.trustMarks)
  const { node } = await read(fetch, SubordinateHead, { id: params.id })
  const head = subordinateOf(node)
  return { title: head.displayName ?? head.entityId, head }
}
