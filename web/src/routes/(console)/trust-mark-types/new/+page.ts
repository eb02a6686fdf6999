import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import type { PageLoad } from './$types'

const TrustMarkLimits = graphql(`
  query TrustMarkLimits {
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = (async ({ fetch, parent }) => {
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot create Trust Mark types.' })
  const { trustAnchor } = await read(fetch, TrustMarkLimits, {})
  return { title: 'Create a Trust Mark type', maximum: trustAnchor.maximumTrustMarkHours }
}) satisfies PageLoad
