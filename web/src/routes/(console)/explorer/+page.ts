import { entityIdProblem } from '#lib/entity/id.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask, read } from '#lib/graphql/client.ts'
import { ResolveEntity } from './resolution.ts'

const ExplorerPage = graphql(`
  query ExplorerPage { trustAnchor { entityId trustAnchors } }
`)

/** Depends only on the parameters of the resolution, so that selecting a statement does not resolve again. */
export const load = async ({ fetch, url }) => {
  const entityId = url.searchParams.get('entity') ?? ''
  const anchor = url.searchParams.get('anchor') ?? ''
  const problem = url.searchParams.has('entity') ? entityIdProblem(entityId) : undefined
  // Not awaited, because any server of the chain may be slow.
  const resolution =
    entityId && !problem ? ask(ResolveEntity, { entityId, trustAnchor: anchor || null }) : undefined
  const { trustAnchor } = await read(fetch, ExplorerPage, {})
  const anchors = [trustAnchor.entityId, ...Object.keys(Object(trustAnchor.trustAnchors))]
  return { title: 'Explorer', entityId, anchor, anchors, problem, resolution }
}
