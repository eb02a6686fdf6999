import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'

const TrustMarkLimits = graphql(`
  query TrustMarkLimits {
    trustAnchor { maximumTrustMarkHours }
  }
`)

export const load = async (event) => {
  const { fetch } = event
  await requireRight(event, 'mayOperate', 'Your role cannot create Trust Mark types.')
  const { trustAnchor } = await read(fetch, TrustMarkLimits, {})
  return { title: 'Create a Trust Mark type', maximum: trustAnchor.maximumTrustMarkHours }
}
