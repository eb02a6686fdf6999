/** Routes know no anchor. An address of another anchor matches no route, so the browser loads another document. */
import type { Reroute } from '@sveltejs/kit/hooks'
import { anchorIn, withoutAnchor } from '#lib/anchor/address.ts'
import { presentAnchor } from '#lib/anchor/present.ts'
import { browser } from '$app/env'

export const reroute: Reroute = ({ url: { pathname } }) =>
  !browser || anchorIn(pathname) === presentAnchor ? withoutAnchor(pathname) : undefined
