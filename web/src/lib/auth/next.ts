/** Reads where to go after a page before the console. */
import { route } from '#lib/route.ts'

/** Only a path of this site, so that an address cannot redirect users elsewhere. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get('next')
  return next && /^\/(?![/\\])/.test(next) ? next : route.dashboard()
}
