import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateStatement = graphql(`
  query SubordinateStatement($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate {
        entityId active
        statement { ...JwtFields }
        entityConfiguration { ...JwtFields }
      }
    }
    trustAnchor { entityConfiguration { claims } }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates)
  const { node, trustAnchor } = await read(fetch, SubordinateStatement, { id: params.id })
  return { subordinate: subordinateOf(node), trustAnchor }
}
