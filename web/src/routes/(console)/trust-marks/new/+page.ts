import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const IssuableTypes = graphql(`
  query IssuableTypes {
    trustMarkTypes(first: 100) {
      edges { node { id type description active validFor renewalTime autorenew owner } }
    }
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = (async ({ fetch, depends, parent, url }) => {
  depends(topic.trustMarks)
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role does not allow to issue Trust Marks.' })
  const { trustMarkTypes, trustAnchor } = await read(fetch, IssuableTypes, {})
  return {
    title: 'Issue a Trust Mark',
    types: trustMarkTypes.edges.map(({ node }) => node).filter(({ active }) => active),
    maximum: trustAnchor.maximumTrustMarkHours,
    asked: { type: url.searchParams.get('type') ?? '', entity: url.searchParams.get('entity') ?? '' },
  }
}) satisfies PageLoad
