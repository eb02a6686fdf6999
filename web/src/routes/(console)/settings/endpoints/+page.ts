import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const EndpointsPage = graphql(`
  query EndpointsPage { trustAnchor { entityId endpointAuthMethods entityConfiguration { claims } } }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor)
  const { trustAnchor } = await read(fetch, EndpointsPage, {})
  return { title: 'Endpoints', trustAnchor }
}
