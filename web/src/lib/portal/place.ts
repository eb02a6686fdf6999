/** A place of the portal: an organization in an anchor that admits it. */
import { shortEntityId } from '#lib/format.ts'

interface Place {
  organization: { id: string; name: string }
  anchor: { name: string }
}

/** Names a place in an address. */
export const placeKey = (anchor: { slug: string }, organization: { id: string }) =>
  `${anchor.slug}.${organization.id}`

/** An anchor without a name is known by its Entity Identifier. */
export const anchorName = ({ name, entityId }: { name: string | null; entityId: string }) =>
  name ?? shortEntityId(entityId)

/** The title of a place: what distinguishes it from the others. */
export function placeTitle({ organization, anchor }: Place, places: readonly Place[]): string {
  const isOnly = places.every((place) => place.organization.id === organization.id)
  if (isOnly) return anchor.name
  const anchors = places.filter((place) => place.organization.id === organization.id)
  return anchors.length === 1 ? organization.name : `${organization.name} in ${anchor.name}`
}
