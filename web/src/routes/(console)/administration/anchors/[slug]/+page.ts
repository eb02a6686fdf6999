import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const AnchorPage = graphql(`
  query AnchorPage { trustAnchors { ...AnchorFields } }
`)

export const load = async ({ fetch, depends, params }) => {
  depends(topic.trustAnchor, topic.status)
  const { trustAnchors } = await read(fetch, AnchorPage, {})
  const shown = trustAnchors.find(({ slug }) => slug === params.slug)
  if (!shown) error(404, { message: `There is no anchor “${params.slug}”.` })
  return { title: shown.displayName ?? shown.entityId, shown, isAlone: trustAnchors.length === 1 }
}
