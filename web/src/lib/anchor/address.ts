/** Addresses of anchors: `/a/<slug>` before the path of a page. Pages of the installation have the same address everywhere. */

const PREFIX = /^\/a\/([a-z0-9-]+)(?=[/?#]|$)/

/** The first segments of pages about the installation, and of those before the console. */
const installationPages: ReadonlySet<string> = new Set([
  'account',
  'administration',
  'invitation',
  'new-password',
  'portal',
  'sign-in',
])

/** The slug in an address. */
export const anchorIn = (address: string): string | undefined => PREFIX.exec(address)?.[1]

/** The address as an installation with one anchor has it; never one of another site, as `//host` would be. */
export const withoutAnchor = (address: string) => address.replace(PREFIX, '').replace(/^[/\\]*/, '/')

/** Pages for members are in a document without an anchor, because a member acts in several. */
export const isOfPortal = (address: string) => firstSegment(withoutAnchor(address)) === 'portal'

/** The page "API" sends operations to an anchor. */
const isOfInstallation = (path: string) =>
  installationPages.has(firstSegment(path)) && !/^\/administration\/api(?=[/?#]|$)/.test(path)
const firstSegment = (path: string) => path.split(/[/?#]/, 2)[1] ?? ''

/** The address of a page in an anchor; without a slug, where there is only one anchor. */
export function addressIn(slug: string | undefined, address: string): string {
  const path = withoutAnchor(address)
  if (slug === undefined || isOfInstallation(path)) return path
  return `/a/${slug}${path.replace(/^\/(?=[?#]|$)/, '')}`
}

export interface Place {
  /** Undefined where there is only one anchor. */
  anchor: string | undefined
  address: string
}

/**
 * Where a document belongs, by the anchors in which the user has a role: one has no slug in its addresses; of several, an
 * address without one means the anchor used last, or else the first.
 */
export function placeOf(slugs: readonly string[], { anchor, address }: Place): Place {
  const [first, ...others] = slugs
  const known = slugs.find((slug) => slug === anchor) ?? first
  const chosen = others.length === 0 ? undefined : known
  return { anchor: chosen, address: addressIn(chosen, address) }
}
