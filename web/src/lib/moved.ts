/** The addresses of an earlier version, and where their pages are now. */
import { addressIn, anchorIn, withoutAnchor } from '#lib/anchor/address.ts'

/** A page below one of another line stands before it. */
const moved = {
  '/api-keys': '/administration/api-keys',
  '/changes/two-people': '/administration/protection',
  '/changes': '/requests/approvals',
  '/collection': '/explorer/collection',
  '/installation': '/administration',
  '/keys': '/settings/keys',
  '/messages': '/administration/mail',
  '/playground': '/administration/api',
  '/policy': '/settings/policy',
  '/reference': '/administration/api',
  '/renewals': '/activity',
  '/trust-anchor': '/settings',
  '/trust-mark-types': '/trust-marks/types',
  '/users': '/administration/users',
  '/webhooks': '/administration/webhooks',
}

/** The present address of a page; undefined for one that has not moved. */
export function movedTo({ pathname, search, hash }: Pick<URL, 'pathname' | 'search' | 'hash'>) {
  const path = withoutAnchor(pathname)
  const found = Object.entries(moved).find(([old]) => path === old || path.startsWith(`${old}/`))
  if (!found) return undefined
  const [old, now] = found
  // GraphiQL documents in one page what the reference had in several.
  const rest = old === '/reference' ? '' : path.slice(old.length)
  return `${addressIn(anchorIn(pathname), now + rest)}${search}${hash}`
}
