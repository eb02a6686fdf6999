import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { subordinateOf } from '#lib/subordinate/subordinate.ts'
import { topic } from '#lib/topic.ts'

const SubordinateEdit = graphql(`
  query SubordinateEdit($id: ID!) {
    node(id: $id) {
      __typename
      ... on Subordinate {
        id entityId displayName intermediate
        ...EditableSubordinate
      }
    }
    trustAnchor { statementHours maximumStatementHours metadataPolicy }
  }
`)

export const load = async (event) => {
  const { fetch, depends, params } = event
  depends(topic.subordinates)
  await requireRight(event, 'mayOperate', 'Your role cannot change subordinates.')
  const { node, trustAnchor } = await read(fetch, SubordinateEdit, { id: params.id })
  return { subordinate: subordinateOf(node), trustAnchor }
}
