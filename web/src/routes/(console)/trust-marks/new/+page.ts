import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import { activeType } from '#lib/trust-mark/find-type.ts'

const IssuePage = graphql(`
  query IssuePage {
    trustMarkTypes(filter: { active: true }, first: 1) { totalCount }
    trustAnchor { entityId maximumTrustMarkHours }
  }
`)

export const load = async (event) => {
  const { fetch, depends, url } = event
  depends(topic.trustMarks)
  await requireRight(event, 'mayOperate', 'Your role cannot issue Trust Marks.')
  const asked = url.searchParams.get('type') ?? ''
  const [{ trustMarkTypes, trustAnchor }, type] = await Promise.all([
    read(fetch, IssuePage, {}),
    asked ? activeType(asked) : undefined,
  ])
  return {
    title: 'Issue a Trust Mark',
    hasTypes: trustMarkTypes.totalCount > 0,
    maximum: trustAnchor.maximumTrustMarkHours,
    anchor: trustAnchor.entityId,
    type,
    entityId: url.searchParams.get('entity') ?? '',
  }
}
