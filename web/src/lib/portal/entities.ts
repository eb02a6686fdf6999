/** Reads the entities of a member's organizations, by organization and anchor. */
import type { EntitiesOfPlaceFragment, PortalEntitiesQuery, RequestRowFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { withFurther } from './further.ts'
import { anchorName, placeKey } from './place.ts'
import { furtherPages, isProblemSearch, type PortalParameters } from './search.ts'

const PAGE_SIZE = 50

const PortalEntities = graphql(`
  query PortalEntities($first: Int!, $hasProblem: Boolean) {
    viewer {
      organizations {
        id name active
        anchors {
          slug entityId name environment isPaused
          all: entities(first: 0) { totalCount }
          failing: entities(first: 0, hasProblem: true) { totalCount }
          decided: requests(isOpen: false, first: 1) { edges { node { ...RequestRow } } }
          entities(first: $first, hasProblem: $hasProblem) { ...EntitiesOfPlace }
        }
      }
    }
  }
  fragment EntitiesOfPlace on OrganizationEntityConnection {
    edges {
      node {
        entityId displayName entityTypes state statementExpiresAt entityConfigurationExpiresAt
        problem { message }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
`)

const MorePortalEntities = graphql(`
  query MorePortalEntities($id: ID!, $slug: String!, $first: Int!, $after: String, $hasProblem: Boolean) {
    viewer {
      organizations(id: $id) {
        anchors(slug: $slug) {
          entities(first: $first, after: $after, hasProblem: $hasProblem) { ...EntitiesOfPlace }
        }
      }
    }
  }
`)

type Organization = NonNullable<PortalEntitiesQuery['viewer']>['organizations'][number]
type Anchor = Organization['anchors'][number]
type Entity = EntitiesOfPlaceFragment['edges'][number]['node']

/** A row of a table, which is known by its id. */
export type EntityRow = Entity & { id: string; anchor: string }

/** An organization in an anchor that admits it. */
export interface Place {
  /** Names the place in an address. */
  key: string
  organization: Pick<Organization, 'id' | 'name' | 'active'>
  anchor: Pick<Anchor, 'slug' | 'entityId' | 'environment' | 'isPaused'> & { name: string }
  all: number
  failing: number
  lastDecided: RequestRowFragment | undefined
  rows: EntityRow[]
  hasMore: boolean
}

type Fetch = typeof globalThis.fetch

/** Every place with its first page of entities, and with as many further ones as the address names. */
export async function readPlaces(fetch: Fetch, search: PortalParameters) {
  const hasProblem = isProblemSearch(search) || null
  const { viewer } = await read(fetch, PortalEntities, { first: PAGE_SIZE, hasProblem })
  const organizations = viewer?.organizations ?? []
  const places = organizations.flatMap((organization) =>
    organization.anchors.map(async (anchor): Promise<Place> => {
      const key = placeKey(anchor, organization)
      const pages = furtherPages(search, key)
      const { edges, pageInfo } = await withFurther(anchor.entities, pages, (after) =>
        readAfter(fetch, { id: organization.id, slug: anchor.slug, hasProblem, after }),
      )
      return {
        key,
        organization,
        anchor: { ...anchor, name: anchorName(anchor) },
        all: anchor.all.totalCount,
        failing: anchor.failing.totalCount,
        lastDecided: anchor.decided.edges[0]?.node,
        rows: edges.map(({ node }) => ({ ...node, id: node.entityId, anchor: anchor.slug })),
        hasMore: pageInfo.hasNextPage,
      }
    }),
  )
  return { organizations, places: await Promise.all(places) }
}

async function readAfter(
  fetch: Fetch,
  place: { id: string; slug: string; hasProblem: true | null; after: string },
): Promise<EntitiesOfPlaceFragment | undefined> {
  const { viewer } = await read(fetch, MorePortalEntities, { ...place, first: PAGE_SIZE })
  return viewer?.organizations[0]?.anchors[0]?.entities
}
