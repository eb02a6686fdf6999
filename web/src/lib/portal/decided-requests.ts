/** Reads the decided requests of a member's organizations, by organization and anchor. */
import type { DecidedRequestsFragment, RequestRowFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { withFurther } from './further.ts'
import { placeKey } from './place.ts'
import { furtherPages, type PortalParameters } from './search.ts'

const PAGE_SIZE = 20

const PortalRequests = graphql(`
  query PortalRequests($first: Int!) {
    viewer {
      organizations {
        id
        anchors { slug requests(isOpen: false, first: $first) { ...DecidedRequests } }
      }
    }
  }
  fragment DecidedRequests on RequestConnection {
    edges { node { ...RequestRow } }
    pageInfo { hasNextPage endCursor }
  }
`)

const MorePortalRequests = graphql(`
  query MorePortalRequests($id: ID!, $slug: String!, $first: Int!, $after: String) {
    viewer {
      organizations(id: $id) {
        anchors(slug: $slug) { requests(isOpen: false, first: $first, after: $after) { ...DecidedRequests } }
      }
    }
  }
`)

export interface Decided {
  rows: RequestRowFragment[]
  hasMore: boolean
}

type Fetch = typeof globalThis.fetch

/** By the key of the place: the first page, and as many further ones as the address names. */
export async function readDecided(fetch: Fetch, search: PortalParameters): Promise<Map<string, Decided>> {
  const { viewer } = await read(fetch, PortalRequests, { first: PAGE_SIZE })
  const places = (viewer?.organizations ?? []).flatMap((organization) =>
    organization.anchors.map(async ({ slug, requests }) => {
      const key = placeKey({ slug }, organization)
      const pages = furtherPages(search, key)
      const { edges, pageInfo } = await withFurther(requests, pages, (after) =>
        readAfter(fetch, { id: organization.id, slug, after }),
      )
      return [key, { rows: edges.map(({ node }) => node), hasMore: pageInfo.hasNextPage }] as const
    }),
  )
  return new Map(await Promise.all(places))
}

async function readAfter(
  fetch: Fetch,
  place: { id: string; slug: string; after: string },
): Promise<DecidedRequestsFragment | undefined> {
  const { viewer } = await read(fetch, MorePortalRequests, { ...place, first: PAGE_SIZE })
  return viewer?.organizations[0]?.anchors[0]?.requests
}
