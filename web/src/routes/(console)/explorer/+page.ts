import { entityIdProblem } from '#lib/entity/id.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask, read } from '#lib/graphql/client.ts'
import type { PageLoad } from './$types'
import { ResolveEntity } from './resolution.ts'

const ExplorerPage = graphql(`
  query ExplorerPage { trustAnchor { entityId trustAnchors } }
`)

/** Reads only what decides about the resolution: choosing a statement must not resolve the entity again. */
export const load = (async ({ fetch, url }) => {
  const entityId = url.searchParams.get('entity') ?? ''
  const anchor = url.searchParams.get('anchor') ?? ''
  const problem = url.searchParams.has('entity') ? entityIdProblem(entityId) : undefined
  // Not awaited: every server on the way may take its time.
  const resolution =
    entityId && !problem ? ask(ResolveEntity, { entityId, trustAnchor: anchor || null }) : undefined
  const { trustAnchor } = await read(fetch, ExplorerPage, {})
  const anchors = [trustAnchor.entityId, ...Object.keys(Object(trustAnchor.trustAnchors))]
  return { title: 'Explorer', entityId, anchor, anchors, problem, resolution }
}) satisfies PageLoad
