import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const InstallationPage = graphql(`
  query InstallationPage { trustAnchors { ...InstallationRow } }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor, topic.status)
  const { trustAnchors } = await read(fetch, InstallationPage, {})
  return { title: 'Anchors', rows: trustAnchors.map((anchor) => ({ ...anchor, id: anchor.slug })) }
}
