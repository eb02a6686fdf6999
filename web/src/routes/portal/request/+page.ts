import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { requestTitle } from '#lib/request/kind.ts'
import { topic } from '#lib/topic.ts'

const PortalRequest = graphql(`
  query PortalRequest($id: ID!) { request(id: $id) { anchor { slug } ...RequestFields } }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal, topic.requests)
  const id = url.searchParams.get('id')
  const { request } = id ? await read(fetch, PortalRequest, { id }) : { request: null }
  if (!request) error(404, { message: 'There is no such request of your organizations.' })
  return { title: requestTitle(request), request }
}
