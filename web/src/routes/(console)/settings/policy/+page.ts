import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const PolicyPage = graphql(`
  query PolicyPage {
    trustAnchor {
      entityId version metadataPolicy superiors { entityId policyConflict }
      policyDescribedIn { ...DescriptionFields }
    }
  }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor)
  const { trustAnchor } = await read(fetch, PolicyPage, {})
  return { title: 'Metadata policy', trustAnchor }
}
