import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { requestTitle } from '#lib/request/kind.ts'
import { topic } from '#lib/topic.ts'

const RequestPage = graphql(`
  query RequestPage($id: ID!) {
    request(id: $id) {
      ...RequestFields
      entityName assignee { username } organization { id }
      competing { id organizationName submittedAt }
      subordinate {
        id jwks metadata metadataFollowsEntity entityConfiguration { claims }
        ...WithdrawnFields
      }
    }
  }
`)

const RequestedType = graphql(`
  query RequestedType($type: URL!) { trustMarkType(type: $type) { ...RequestedTypeFields } }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.requests, topic.organizations, topic.subordinates, topic.trustMarks)
  const { request } = await read(fetch, RequestPage, { id: params.id })
  if (!request) error(404, { message: 'There is no such request. It may have been removed.' })
  const type = request.trustMarkType
  const trustMarkType = type ? (await read(fetch, RequestedType, { type })).trustMarkType : null
  return { title: requestTitle(request), request, trustMarkType }
}
