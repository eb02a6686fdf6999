import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateTrustMarks = graphql(`
  query SubordinateTrustMarks($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate {
        entityId displayName
        trustMarks { id ...TrustMarkItem }
      }
    }
    trustMarkTypes(filter: { active: true }, first: 1) { totalCount }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates, topic.trustMarks)
  const { node, trustMarkTypes } = await read(fetch, SubordinateTrustMarks, { id: params.id })
  return { subordinate: subordinateOf(node), hasTypes: trustMarkTypes.totalCount > 0 }
}
