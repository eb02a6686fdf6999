/** The open requests of a member's organizations, and the places at which the member can ask for more. */
import type { OpenRequestsQuery, RequestRowFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { anchorName, placeKey } from './place.ts'

/** The API accepts no more open requests of an organization in an anchor than these. */
const OpenRequests = graphql(`
  query OpenRequests {
    viewer {
      organizations {
        id name active
        anchors {
          slug entityId name environment
          requests(isOpen: true, first: 100) { edges { node { ...RequestRow } } }
        }
      }
    }
  }
`)

type Organization = NonNullable<OpenRequestsQuery['viewer']>['organizations'][number]
type Anchor = Organization['anchors'][number]

export interface RequestPlace {
  /** Names the place in an address. */
  key: string
  organization: Pick<Organization, 'id' | 'name' | 'active'>
  anchor: Pick<Anchor, 'slug' | 'entityId' | 'environment'> & { name: string }
  /** Those that wait for the organization first. */
  open: RequestRowFragment[]
}

const waitsForMember = ({ state }: { state: string }) => state === 'WAITING_FOR_MEMBER'

export async function readRequestPlaces(fetch: typeof globalThis.fetch): Promise<RequestPlace[]> {
  const { viewer } = await read(fetch, OpenRequests, {})
  return (viewer?.organizations ?? []).flatMap(({ anchors, ...organization }) =>
    anchors.map(({ requests, ...anchor }) => ({
      key: placeKey(anchor, organization),
      organization,
      anchor: { ...anchor, name: anchorName(anchor) },
      open: ownFirst(requests.edges.map(({ node }) => node)),
    })),
  )
}

/** Keeps the order of each part. */
export const ownFirst = <Row extends { state: string }>(rows: readonly Row[]): Row[] => [
  ...rows.filter(waitsForMember),
  ...rows.filter((row) => !waitsForMember(row)),
]

/** The requests that wait for the member's organizations. */
export const waitingRequests = (places: readonly Pick<RequestPlace, 'open'>[]) =>
  places.flatMap(({ open }) => open.filter(waitsForMember))

/** The place of an entity; absent when no running anchor admits its organization. */
export const placeOf = (
  places: readonly RequestPlace[],
  { anchor: slug, organizationId }: { anchor: string; organizationId: string | null },
) => places.find(({ anchor, organization }) => anchor.slug === slug && organization.id === organizationId)

/** An organization has one open request at a time for an entity. */
export const openRequestAbout = (place: Pick<RequestPlace, 'open'> | undefined, entityId: string) =>
  place?.open.find((request) => request.entityId === entityId)

/** An organization that takes no part in the federation can ask for nothing. */
export const canAsk = ({ organization }: Pick<RequestPlace, 'organization'>) => organization.active
