import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateKeys = graphql(`
  query SubordinateKeys($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate { jwks keysCompared keyThumbprints { kid thumbprint } entityConfiguration { claims kid } }
    }
  }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.subordinates)
  const { node } = await read(fetch, SubordinateKeys, { id: params.id })
  return { subordinate: subordinateOf(node) }
}
