/** Brings a document to its anchor, once the anchors are known in which the user has a role. */
import { error, redirect } from '@sveltejs/kit'
import { hasUnsavedInput } from '#lib/form/unsaved.ts'
import { addressIn, anchorIn, placeOf } from './address.ts'
import { loadDocument } from './document.ts'
import { addressedAnchor, keepAnchor, presentAnchor } from './present.ts'

/** What a user sees at the address of an anchor without a role: the API does not say whether there is one. */
export const unknownAnchor = (slug: string) => ({
  status: 404,
  message: `There is no anchor “${slug}” in which you have a role.`,
})

/** `address`: that of the page. @throws a redirect, or 404 for an address of an anchor without a role */
export async function settle(slugs: readonly string[], address: string): Promise<void> {
  if (slugs.length === 0) error(403, { message: 'You have no role here.' })
  // The sign-in has no anchor in its address, and leads to an address that may have one.
  const addressed = anchorIn(address) ?? addressedAnchor
  if (addressed !== undefined && !slugs.includes(addressed)) error(404, unknownAnchor(addressed))
  const place = placeOf(slugs, { anchor: addressed ?? presentAnchor, address })
  const isKept = keepAnchor(place.anchor)
  if (place.anchor === presentAnchor) {
    if (place.address !== address) redirect(307, place.address)
  } else if (!hasUnsavedInput()) {
    await loadDocument(isKept ? place.address : addressIn(place.anchor, '/'))
  }
}

/** The kept anchor is not there any more, so another one is chosen. */
export function forgetAnchor(): Promise<never> {
  keepAnchor(undefined)
  return loadDocument(location.href)
}
