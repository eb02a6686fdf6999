/** Brings a document to its anchor, once the anchors are known in which the user has a role. */
import { error, redirect } from '@sveltejs/kit'
import { hasUnsavedInput } from '#lib/form/unsaved.ts'
import { addressIn, placeOf } from './address.ts'
import { loadDocument } from './document.ts'
import { addressedAnchor, keepAnchor, presentAnchor } from './present.ts'

/** `address`: that of the page. @throws a redirect, or 404 for an address of an anchor without a role */
export async function settle(slugs: readonly string[], address: string): Promise<void> {
  if (slugs.length === 0) error(403, { message: 'You have no role here.' })
  if (addressedAnchor !== undefined && !slugs.includes(addressedAnchor)) {
    error(404, { message: `There is no anchor “${addressedAnchor}” in which you have a role.` })
  }
  const place = placeOf(slugs, { anchor: presentAnchor, address })
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
