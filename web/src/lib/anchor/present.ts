/**
 * The anchor of this document, which its addresses and requests name; undefined where there is only one. Another anchor
 * is another document, so no data, stream or form of one anchor reaches another.
 */
import { anchorIn, isOfPortal } from './address.ts'

const KEY = 'anchor'

/** The anchor in the address of the document; undefined on pages of the installation. */
export const addressedAnchor = globalThis.location && anchorIn(location.pathname)

/** Whether this document is the portal, which has no anchor. */
const isPortal = globalThis.location && addressedAnchor === undefined && isOfPortal(location.pathname)

export const presentAnchor: string | undefined = isPortal ? undefined : (addressedAnchor ?? readKept())

/** The one used last in this tab, or else in this browser. */
function readKept(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** For the next documents without an anchor in their address. Returns whether the browser keeps it. */
export function keepAnchor(slug: string | undefined): boolean {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      if (slug === undefined) storage.removeItem(KEY)
      else storage.setItem(KEY, slug)
    }
    return true
  } catch {
    return false
  }
}
