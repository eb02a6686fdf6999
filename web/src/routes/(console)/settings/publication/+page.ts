import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const PublicationPage = graphql(`
  query PublicationPage {
    trustAnchor { entityId entityConfiguration { ...JwtFields } }
    mirrors { ...MirrorFields }
    serverStatus { publication { files { ...ExportedFiles } outageBudget { ...OutageBudget } } }
  }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor, topic.status)
  const { trustAnchor, mirrors, serverStatus } = await read(fetch, PublicationPage, {})
  return { title: 'Publication', trustAnchor, mirrors, ...serverStatus.publication }
}
