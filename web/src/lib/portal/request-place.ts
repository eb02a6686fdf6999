/** The places at which a member can ask for something, with the open requests of each. */
import type { OpenRequestsQuery, RequestRowFragment } from '#lib/gql/graphql.ts'

type Organization = NonNullable<OpenRequestsQuery['viewer']>['organizations'][number]
type Anchor = Organization['anchors'][number]

export interface RequestPlace {
  /** Names the place in an address. */
  key: string
  organization: Omit<Organization, 'anchors'>
  anchor: Omit<Anchor, 'requests' | 'name'> & { name: string }
  /** Those that wait for the organization first. */
  open: RequestRowFragment[]
}

const waitsForMember = ({ state }: { state: string }) => state === 'WAITING_FOR_MEMBER'

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
export const canAsk = ({ organization }: { organization: { active: boolean } }) => organization.active
