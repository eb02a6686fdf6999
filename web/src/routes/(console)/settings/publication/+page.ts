import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const PublicationPage = graphql(`
  query PublicationPage { trustAnchor { entityId entityConfiguration { ...JwtFields } } }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor)
  const { trustAnchor } = await read(fetch, PublicationPage, {})
  return { title: 'Publication', trustAnchor }
}
