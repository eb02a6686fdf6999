/**
 * Routes know no anchor. An address of another anchor matches no route, so the browser loads another document. So it does
 * between a page with an anchor and the portal, which has none.
 */
import type { Reroute } from '@sveltejs/kit/hooks'
import { anchorIn, isOfPortal, withoutAnchor } from '#lib/anchor/address.ts'
import { presentAnchor } from '#lib/anchor/present.ts'
import { browser } from '$app/env'

const NO_ROUTE = '/a/portal'

export const reroute: Reroute = ({ url: { pathname } }) => {
  if (!browser) return withoutAnchor(pathname)
  if (presentAnchor !== undefined && isOfPortal(pathname)) return NO_ROUTE
  return anchorIn(pathname) === presentAnchor ? withoutAnchor(pathname) : undefined
}
